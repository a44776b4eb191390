# The same on the command line. Each line stands by itself; run it from this folder.
karvan explain l02_titr_10mt_2030 --futures 20
karvan assess --futures 20 --target l10_aktau_hub_240kteu --set aktau_hub_stage_2=never --compare base
karvan assess --futures 20 --target l02_titr_10mt_2030 --scenario scenarios/sea_falls.toml --compare base
karvan route Baku Poti --best 1
