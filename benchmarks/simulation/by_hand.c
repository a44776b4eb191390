/* The models of the comparison written out by hand: what a program made for one model only can reach.
   cc -O2 by_hand.c -o by_hand -lm;  ./by_hand mm1|mm10|tandem|corridor replications seed
   Prints one line a replication: CPU seconds, events, and the same outputs as the others. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- chance: xoshiro256++, one stream ---- */
static uint64_t state[4];
static inline uint64_t turn(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline uint64_t word(void) {
    uint64_t r = turn(state[0] + state[3], 23) + state[0], t = state[1] << 17;
    state[2] ^= state[0]; state[3] ^= state[1]; state[1] ^= state[2]; state[0] ^= state[3]; state[2] ^= t; state[3] = turn(state[3], 45);
    return r;
}
static void seed_with(uint64_t x) {
    for (int i = 0; i < 4; i++) {
        x += 0x9E3779B97F4A7C15ull;
        uint64_t z = x;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull; z = (z ^ z >> 27) * 0x94D049BB133111EBull;
        state[i] = z ^ z >> 31;
    }
}
static inline double uniform(void) { return ((word() >> 12) + 0.5) * 0x1p-52; }
static inline double expo(double mean) { return -mean * log(uniform()); }
static double gauss(void) {
    static int kept; static double other;
    if (kept) { kept = 0; return other; }
    double r = sqrt(-2 * log(uniform())), a = 6.283185307179586 * uniform();
    other = r * sin(a); kept = 1;
    return r * cos(a);
}
typedef struct { double mu, sigma; } Lognormal;
static Lognormal lognormal(double mean, double cv) { double v = log(1 + cv * cv); return (Lognormal){log(mean) - v / 2, sqrt(v)}; }
static inline double draw(Lognormal d) { return exp(d.mu + d.sigma * gauss()); }

/* ---- the event list: a four-ary heap ---- */
typedef struct { double time; uint32_t kind, who; } Event;
static Event heap[1 << 16];
static int pending;
static long events;
static double now;
static inline void at(double time, uint32_t kind, uint32_t who) {
    int i = pending++;
    while (i) { int p = (i - 1) >> 2; if (heap[p].time <= time) break; heap[i] = heap[p]; i = p; }
    heap[i] = (Event){time, kind, who};
}
static inline Event next(void) {
    Event first = heap[0], last = heap[--pending];
    int i = 0;
    for (;;) {
        int c = 4 * i + 1, m = c, end = c + 4 < pending ? c + 4 : pending;
        if (c >= pending) break;
        for (int j = c + 1; j < end; j++) if (heap[j].time < heap[m].time) m = j;
        if (heap[m].time >= last.time) break;
        heap[i] = heap[m]; i = m;
    }
    heap[i] = last; events++;
    return first;
}

/* ---- one place: the sums every engine keeps ---- */
typedef struct { double busy, queue, changed, waits, sum, squares, longest; int level, length; } Place;
static inline void touch(Place *p) { double dt = now - p->changed; p->busy += p->level * dt; p->queue += p->length * dt; p->changed = now; }
static inline void waited(Place *p, double w) { p->waits++; p->sum += w; p->squares += w * w; if (w > p->longest) p->longest = w; }

#define RING (1 << 16)
static void stations(int k, int servers, double rate, double horizon, double out[8]) {
    static Place place[20];
    static double since[20][RING], born[20][RING], served[20][64];
    static uint32_t head[20], tail[20];
    memset(place, 0, sizeof place); memset(head, 0, sizeof head); memset(tail, 0, sizeof tail);
    static int idle[20][64]; static int free_desks[20];
    for (int s = 0; s < k; s++) { free_desks[s] = servers; for (int i = 0; i < servers; i++) idle[s][i] = i; }
    double left = 0, total = 0, squares = 0, longest = 0;
    at(expo(1 / rate), 20, 0);
    for (;;) {
        Event e = next();
        if (e.time > horizon) break;
        now = e.time;
        int s = 0; double mine = now;
        if (e.kind == 20) at(now + expo(1 / rate), 20, 0);
        else {
            s = e.kind; mine = served[s][e.who];
            Place *p = &place[s];
            touch(p);
            if (head[s] != tail[s]) {
                uint32_t i = head[s]++ & (RING - 1);
                p->length--; waited(p, now - since[s][i]); served[s][e.who] = born[s][i];
                at(now + expo(1), s, e.who);
            } else { p->level--; idle[s][free_desks[s]++] = e.who; }
            if (++s == k) { double t = now - mine; left++; total += t; squares += t * t; if (t > longest) longest = t; continue; }
        }
        Place *p = &place[s];
        touch(p);
        if (free_desks[s]) { int desk = idle[s][--free_desks[s]]; p->level++; waited(p, 0); served[s][desk] = mine; at(now + expo(1), s, desk); }
        else { uint32_t i = tail[s]++ & (RING - 1); since[s][i] = now; born[s][i] = mine; p->length++; }
    }
    out[0] = k > 1 ? total / left : place[0].sum / place[0].waits;
    out[1] = place[0].busy / horizon / servers; out[2] = place[0].queue / horizon; out[3] = place[0].longest; out[4] = longest; out[5] = squares / left;
}

/* ---- the corridor ---- */
enum { ARRIVAL, AT_BORDER_A, PAST_BORDER_A, WIND, LOADED, THERE, UNLOADED, BACK, PAST_BORDER_B, TRAIN_B, LINGER };
#define MOST 400000
static struct { int cap; double rate; Lognormal sail; int aboard, lingered, trip; int cargo[350]; } ship[8];
static double born[MOST], queued_a[MOST], queued_b[MOST];
static int boxes[MOST], at_a[MOST], at_b[MOST], ashore[MOST], blocked[MOST], loading[8], berth_a[8], berth_b[8], held[8];
static int box_head, box_tail, a_head, a_tail, b_head, b_tail, n_ashore, blocked_head, blocked_tail;
static int n_loading, n_berth_a, n_berth_b, n_held, busy_a, busy_b, quay_a, quay_b, is_open;
static Place border_a, yard, border_b;
static Lognormal rail_a, work_a, work_b, rail_b;
static double sailings;
static int shift(int *queue, int *n) { int first = queue[0]; memmove(queue, queue + 1, --*n * sizeof *queue); return first; }
static void serve_ships(void) {
    while (n_loading) {
        int v = loading[0], there = box_tail - box_head;
        if (there < ship[v].cap && !(ship[v].lingered && there)) return;
        int n = there < ship[v].cap ? there : ship[v].cap;
        memcpy(ship[v].cargo, boxes + box_head, n * sizeof(int));
        box_head += n; ship[v].aboard = n; ship[v].trip++;
        shift(loading, &n_loading);
        at(now + n / ship[v].rate, LOADED, v);
    }
}
static void moor(int v) { loading[n_loading++] = v; ship[v].lingered = 0; at(now + 24, LINGER, v | ship[v].trip << 3); serve_ships(); }
static void leave_a(int v) { if (n_berth_a) moor(shift(berth_a, &n_berth_a)); else quay_a--; at(now + draw(ship[v].sail), THERE, v); }
static void leave_b(int v) {
    if (n_berth_b) { int w = shift(berth_b, &n_berth_b); sailings++; at(now + ship[w].aboard / ship[w].rate, UNLOADED, w); } else quay_b--;
    at(now + draw(ship[v].sail), BACK, v);
}
static void into_yard(int train) {
    touch(&yard); yard.level += 62;
    for (int i = 0; i < 62; i++) boxes[box_tail++] = train * 62 + i;
    if (a_head != a_tail) { waited(&border_a, now - queued_a[a_head]); at(now + draw(work_a), PAST_BORDER_A, at_a[a_head++]); } else busy_a--;
}
static void corridor(double horizon, double out[8]) {
    static int bins[4096];
    memset(bins, 0, sizeof bins); memset(ship, 0, sizeof ship); memset(&border_a, 0, sizeof(Place)); memset(&border_b, 0, sizeof(Place)); memset(&yard, 0, sizeof(Place));
    box_head = box_tail = a_head = a_tail = b_head = b_tail = n_ashore = blocked_head = blocked_tail = 0;
    n_loading = n_berth_a = n_berth_b = n_held = busy_a = busy_b = quay_a = quay_b = 0;
    is_open = 1; sailings = 0;
    rail_a = lognormal(48, .2); work_a = lognormal(10, 1); work_b = lognormal(.2, 1); rail_b = lognormal(36, .2);
    int n = 0, trains = 0; double left = 0, total = 0;
    for (int v = 0; v < 4; v++) {
        ship[v].cap = v < 3 ? 108 : 350; ship[v].rate = v < 3 ? 18 : 25; ship[v].sail = lognormal(v < 3 ? 18 : 24, .15);
        if (quay_a < 2) { quay_a++; moor(v); } else berth_a[n_berth_a++] = v;
    }
    at(expo(200), WIND, 0); at(expo(8760 / 1e5), ARRIVAL, 0);
    for (;;) {
        Event e = next();
        if (e.time > horizon) break;
        now = e.time;
        int v = e.who;
        switch (e.kind) {
        case ARRIVAL: at(now + expo(8760 / 1e5), ARRIVAL, 0); born[n++] = now; if (n % 62 == 0) at(now + draw(rail_a), AT_BORDER_A, trains++); break;
        case AT_BORDER_A:
            if (busy_a < 3) { busy_a++; waited(&border_a, 0); at(now + draw(work_a), PAST_BORDER_A, v); } else { queued_a[a_tail] = now; at_a[a_tail++] = v; }
            break;
        case PAST_BORDER_A: if (blocked_head == blocked_tail && yard.level + 62 <= 3000) { into_yard(v); serve_ships(); } else blocked[blocked_tail++] = v; break;
        case WIND:
            is_open = !is_open; at(now + expo(is_open ? 200 : 24), WIND, 0);
            if (is_open) { int k = n_held; n_held = 0; for (int i = 0; i < k; i++) { if (held[i] & 8) leave_b(held[i] & 7); else leave_a(held[i] & 7); } }
            break;
        case LOADED:
            touch(&yard); yard.level -= ship[v].aboard;
            while (blocked_head != blocked_tail && yard.level + 62 <= 3000) into_yard(blocked[blocked_head++]);
            serve_ships();
            if (is_open) leave_a(v); else held[n_held++] = v;
            break;
        case THERE: if (quay_b < 2) { quay_b++; sailings++; at(now + ship[v].aboard / ship[v].rate, UNLOADED, v); } else berth_b[n_berth_b++] = v; break;
        case UNLOADED:
            for (int i = 0; i < ship[v].aboard; i++) {
                int box = ship[v].cargo[i];
                if (busy_b < 3) { busy_b++; waited(&border_b, 0); at(now + draw(work_b), PAST_BORDER_B, box); } else { queued_b[b_tail] = now; at_b[b_tail++] = box; }
            }
            if (is_open) leave_b(v); else held[n_held++] = v | 8;
            break;
        case BACK: if (quay_a < 2) { quay_a++; moor(v); } else berth_a[n_berth_a++] = v; break;
        case PAST_BORDER_B:
            ashore[n_ashore++] = v; if (n_ashore % 62 == 0) at(now + draw(rail_b), TRAIN_B, n_ashore - 62);
            if (b_head != b_tail) { waited(&border_b, now - queued_b[b_head]); at(now + draw(work_b), PAST_BORDER_B, at_b[b_head++]); } else busy_b--;
            break;
        case TRAIN_B: for (int i = 0; i < 62; i++) { double t = now - born[ashore[v + i]]; left++; total += t; int b = t; bins[b < 4095 ? b : 4095]++; } break;
        case LINGER: if ((v >> 3) == ship[v & 7].trip) { ship[v & 7].lingered = 1; serve_ships(); } break;
        }
    }
    now = horizon; touch(&yard);
    double upto = 0; int b = 0;
    while (b < 4095 && (upto += bins[b]) < .95 * left) b++;
    double found[] = {left, total / left, b + .5, border_a.sum / border_a.waits, yard.busy / horizon, border_b.sum / border_b.waits, sailings};
    memcpy(out, found, sizeof found);
}

static double cpu(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
int main(int count, char **word_of) {
    const char *model = count > 1 ? word_of[1] : "mm1";
    int replications = count > 2 ? atoi(word_of[2]) : 3, seed = count > 3 ? atoi(word_of[3]) : 1;
    for (int r = 0; r < replications; r++) {
        double out[8] = {0};
        seed_with(seed * 1000003ull + r); pending = 0; events = 0; now = 0;
        double begun = cpu();
        if (!strcmp(model, "mm1")) stations(1, 1, .8, 1.25e6, out);
        else if (!strcmp(model, "mm10")) stations(1, 10, 9, 1e6 / 9, out);
        else if (!strcmp(model, "tandem")) stations(20, 1, .8, 1.25e5, out);
        else corridor(8760, out);
        double used = cpu() - begun;
        printf("%.6f %ld", used, events);
        for (int i = 0; i < (strcmp(model, "corridor") ? 1 : 7); i++) printf(" %.6f", out[i]);
        puts("");
    }
    return 0;
}
