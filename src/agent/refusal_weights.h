/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made by tools/refusal-train.c; see tools/refusal.mk. */
#include "agent/refusal_features.h"

/* Slope and offset of each model's calibration. */
static const double refusal_platt[2][2] = {{1.2497, 0.9022}, {1.9631, -0.9546}};

/* clang-format off */
static const float refusal_weights[2][REFUSAL_FEATURES] = {
    { /* refused */
          1.4832F, /* refuse@first */
          0.1580F, /* refuse@early */
          0.0403F, /* refuse@rest */
         -0.3080F, /* refuse@last */
          0.6502F, /* unwilling@first */
          0.0505F, /* unwilling@early */
          0.0125F, /* unwilling@rest */
          0.0502F, /* unwilling@last */
         -0.2341F, /* not_given@first */
          0.0983F, /* not_given@early */
          0.0415F, /* not_given@rest */
          0.0098F, /* not_given@last */
          0.9042F, /* moral@first */
          0.5408F, /* moral@early */
          0.3748F, /* moral@rest */
          0.3131F, /* moral@last */
          0.2087F, /* no_way@first */
          0.6269F, /* no_way@early */
          0.0099F, /* no_way@rest */
          0.2853F, /* no_way@last */
         -0.1087F, /* apology@first */
         -0.4772F, /* apology@early */
         -0.1286F, /* apology@rest */
          0.2073F, /* apology@last */
         -0.2841F, /* ai@first */
          0.5883F, /* ai@early */
          0.0125F, /* ai@rest */
          0.5032F, /* ai@last */
          1.3680F, /* rule@first */
          0.6400F, /* rule@early */
          0.1195F, /* rule@rest */
          0.1972F, /* rule@last */
          0.3394F, /* inability@first */
          0.0000F, /* inability@early */
          0.0000F, /* inability@rest */
          0.2019F, /* inability@last */
          0.1006F, /* unknown@first */
          0.0222F, /* unknown@early */
          0.0000F, /* unknown@rest */
          0.0675F, /* unknown@last */
         -0.3610F, /* clarify@first */
         -0.0056F, /* clarify@early */
          0.0040F, /* clarify@rest */
         -0.0837F, /* clarify@last */
         -0.3766F, /* redirect@first */
          0.2859F, /* redirect@early */
          0.0736F, /* redirect@rest */
         -0.0387F, /* redirect@last */
          0.0117F, /* respect@first */
          0.4989F, /* respect@early */
          0.3712F, /* respect@rest */
         -0.0348F, /* respect@last */
          0.0169F, /* remember@first */
         -0.2147F, /* remember@early */
         -0.0190F, /* remember@rest */
         -0.8222F, /* remember@last */
         -0.2200F, /* penalty@first */
          0.1826F, /* penalty@early */
          0.1064F, /* penalty@rest */
         -0.7316F, /* penalty@last */
         -0.6358F, /* private@first */
         -0.1600F, /* private@early */
          0.0728F, /* private@rest */
          0.0961F, /* private@last */
         -0.3663F, /* harm@first */
          0.3624F, /* harm@early */
          0.6853F, /* harm@rest */
          0.1632F, /* harm@last */
         -0.5738F, /* group@first */
          0.1870F, /* group@early */
          0.1652F, /* group@rest */
          0.3504F, /* group@last */
         -0.5884F, /* offer@first */
          0.7367F, /* offer@early */
          0.2240F, /* offer@rest */
         -0.0524F, /* offer@last */
          0.8930F, /* offer_rest@first */
          0.4234F, /* offer_rest@early */
          0.0000F, /* offer_rest@rest */
          0.0001F, /* offer_rest@last */
          1.1303F, /* instead@first */
          0.7317F, /* instead@early */
          0.2801F, /* instead@rest */
          0.4589F, /* instead@last */
         -0.6023F, /* fiction@first */
         -0.5173F, /* fiction@early */
         -0.0266F, /* fiction@rest */
         -0.5045F, /* fiction@last */
         -0.4083F, /* fact@first */
         -0.3799F, /* fact@early */
          0.0040F, /* fact@rest */
         -0.4853F, /* fact@last */
          0.2644F, /* challenge@first */
         -0.4478F, /* challenge@early */
          0.0000F, /* challenge@rest */
          0.0000F, /* challenge@last */
          0.0000F, /* closing@first */
          0.1052F, /* closing@early */
         -0.0762F, /* closing@rest */
         -0.1189F, /* closing@last */
         -1.6393F, /* bias */
         -1.0858F, /* length */
          0.0294F, /* items */
          0.1189F, /* list */
         -0.2642F, /* code */
         -0.7190F, /* numbers */
         -0.1173F, /* one */
         -0.4999F, /* few */
          0.8771F, /* preachy */
         -1.1051F, /* plain */
         -0.1929F, /* overlap */
         -0.2826F, /* echo */
          1.6233F, /* stance */
          0.2177F, /* late */
          0.4701F, /* stances */
          0.2414F, /* stance*list */
          0.5199F, /* stance*plain */
          0.3915F, /* stance*offer */
          0.0321F, /* stance*long */
          0.1454F, /* stance*fact */
          0.2333F, /* moral-alone */
          1.2582F, /* moral*plain */
          0.5111F, /* moral*offer */
         -0.1098F, /* unable*offer */
          0.4033F, /* unable-alone */
          0.0366F, /* question */
          0.2398F, /* foreign */
         -0.9637F, /* names */
         -0.3320F, /* past */
          1.8402F, /* known */
         -0.1667F, /* known-first */
          0.9032F, /* stance*other */
          1.5343F, /* sense 0 */
          0.1128F, /* sense 1 */
          0.4182F, /* sense 2 */
          0.2948F, /* sense 3 */
          0.9352F, /* sense 4 */
          0.6512F, /* sense 5 */
         -0.0546F, /* sense 6 */
          0.6416F, /* sense 7 */
         -0.3950F, /* sense 8 */
          0.0530F, /* sense 9 */
         -0.0817F, /* sense 10 */
          0.3502F, /* sense 11 */
          1.3630F, /* sense 12 */
          0.7679F, /* sense 13 */
          1.1999F, /* sense 14 */
          0.5883F, /* sense 15 */
          0.6197F, /* sense 16 */
         -0.2178F, /* sense 17 */
          0.6376F, /* sense 18 */
          0.3358F, /* sense 19 */
          0.3258F, /* sense 20 */
          0.6190F, /* sense 21 */
         -0.0649F, /* sense 22 */
         -0.0519F, /* sense 23 */
          0.6926F, /* sense 24 */
         -0.0186F, /* sense 25 */
          0.1669F, /* sense 26 */
          0.1543F, /* sense 27 */
          0.6595F, /* sense 28 */
         -0.5007F, /* sense 29 */
         -0.3057F, /* sense 30 */
          0.2070F, /* sense 31 */
          0.2407F, /* sense 32 */
         -0.0353F, /* sense 33 */
          0.5244F, /* sense 34 */
          0.6876F, /* sense 35 */
         -0.0880F, /* sense 36 */
         -0.4477F, /* sense 37 */
         -0.4970F, /* sense 38 */
         -0.8212F, /* sense 39 */
          0.2428F, /* sense 40 */
         -0.9341F, /* sense 41 */
          0.0702F, /* sense 42 */
         -0.0967F, /* sense 43 */
         -0.1370F, /* sense 44 */
         -0.2209F, /* sense 45 */
          0.2639F, /* sense 46 */
         -0.1653F, /* sense 47 */
         -0.3104F, /* sense 48 */
          0.3524F, /* sense 49 */
         -0.3972F, /* sense 50 */
          0.6014F, /* sense 51 */
          0.4169F, /* sense 52 */
         -0.0428F, /* sense 53 */
          0.3807F, /* sense 54 */
         -0.1480F, /* sense 55 */
         -0.4131F, /* sense 56 */
          0.0292F, /* sense 57 */
          0.2252F, /* sense 58 */
          0.3128F, /* sense 59 */
          0.0549F, /* sense 60 */
    },
    { /* partial, if refused */
          0.4525F, /* refuse@first */
          0.8689F, /* refuse@early */
          0.2842F, /* refuse@rest */
         -0.3823F, /* refuse@last */
          0.1152F, /* unwilling@first */
          0.1742F, /* unwilling@early */
         -0.0082F, /* unwilling@rest */
          0.0588F, /* unwilling@last */
          0.1608F, /* not_given@first */
         -0.5198F, /* not_given@early */
         -0.1312F, /* not_given@rest */
         -0.1048F, /* not_given@last */
          0.0936F, /* moral@first */
         -0.4789F, /* moral@early */
         -0.5287F, /* moral@rest */
         -0.1361F, /* moral@last */
         -0.1645F, /* no_way@first */
         -0.4452F, /* no_way@early */
          0.0040F, /* no_way@rest */
         -0.0880F, /* no_way@last */
         -0.0557F, /* apology@first */
          0.2246F, /* apology@early */
          0.0919F, /* apology@rest */
         -0.2674F, /* apology@last */
          0.1790F, /* ai@first */
         -0.2685F, /* ai@early */
         -0.0082F, /* ai@rest */
         -0.2152F, /* ai@last */
         -0.2085F, /* rule@first */
         -0.5054F, /* rule@early */
         -0.2230F, /* rule@rest */
          0.0896F, /* rule@last */
         -0.2595F, /* inability@first */
          0.0000F, /* inability@early */
          0.0000F, /* inability@rest */
         -0.1373F, /* inability@last */
         -0.0881F, /* unknown@first */
         -0.0032F, /* unknown@early */
          0.0000F, /* unknown@rest */
         -0.0474F, /* unknown@last */
         -0.0214F, /* clarify@first */
          0.3391F, /* clarify@early */
          0.1229F, /* clarify@rest */
          0.5066F, /* clarify@last */
          0.0000F, /* redirect@first */
         -0.4433F, /* redirect@early */
         -0.5247F, /* redirect@rest */
         -0.2102F, /* redirect@last */
         -0.0242F, /* respect@first */
         -0.1429F, /* respect@early */
         -0.4327F, /* respect@rest */
         -0.2752F, /* respect@last */
         -0.2318F, /* remember@first */
         -0.4413F, /* remember@early */
         -0.3625F, /* remember@rest */
         -0.3318F, /* remember@last */
         -0.1668F, /* penalty@first */
         -0.0508F, /* penalty@early */
         -0.0276F, /* penalty@rest */
          0.7883F, /* penalty@last */
         -0.0832F, /* private@first */
         -0.1900F, /* private@early */
         -0.1309F, /* private@rest */
          0.3264F, /* private@last */
          0.5628F, /* harm@first */
         -0.0807F, /* harm@early */
         -0.5766F, /* harm@rest */
         -0.0822F, /* harm@last */
         -0.0122F, /* group@first */
         -0.2979F, /* group@early */
         -0.2632F, /* group@rest */
         -0.0597F, /* group@last */
         -0.1262F, /* offer@first */
          0.9176F, /* offer@early */
         -0.4128F, /* offer@rest */
         -0.2806F, /* offer@last */
          1.2233F, /* offer_rest@first */
          1.5192F, /* offer_rest@early */
          0.0000F, /* offer_rest@rest */
         -0.0252F, /* offer_rest@last */
         -0.0852F, /* instead@first */
          0.0729F, /* instead@early */
         -0.7983F, /* instead@rest */
         -0.5952F, /* instead@last */
         -0.8292F, /* fiction@first */
          0.4641F, /* fiction@early */
          0.1565F, /* fiction@rest */
          0.2602F, /* fiction@last */
          0.3305F, /* fact@first */
          1.8560F, /* fact@early */
          0.1012F, /* fact@rest */
          0.3150F, /* fact@last */
          0.0337F, /* challenge@first */
         -0.1589F, /* challenge@early */
          0.0000F, /* challenge@rest */
          0.0000F, /* challenge@last */
          0.0000F, /* closing@first */
         -0.1034F, /* closing@early */
         -0.0999F, /* closing@rest */
         -0.3973F, /* closing@last */
          0.5413F, /* bias */
          1.6041F, /* length */
         -0.2962F, /* items */
         -0.4847F, /* list */
          0.4778F, /* code */
          1.7156F, /* numbers */
         -1.3299F, /* one */
         -1.1210F, /* few */
         -1.2585F, /* preachy */
          1.5958F, /* plain */
         -0.3210F, /* overlap */
          1.0532F, /* echo */
         -0.3382F, /* stance */
          0.6601F, /* late */
          0.0284F, /* stances */
         -0.7456F, /* stance*list */
          0.8915F, /* stance*plain */
          0.0020F, /* stance*offer */
         -0.3255F, /* stance*long */
          0.6926F, /* stance*fact */
         -0.0881F, /* moral-alone */
         -0.1045F, /* moral*plain */
          0.2592F, /* moral*offer */
         -0.0209F, /* unable*offer */
         -0.2492F, /* unable-alone */
         -0.5621F, /* question */
         -1.0424F, /* foreign */
          2.0388F, /* names */
          0.5365F, /* past */
         -2.2629F, /* known */
         -0.8217F, /* known-first */
          1.5228F, /* stance*other */
          0.0290F, /* sense 0 */
          0.1445F, /* sense 1 */
          0.0215F, /* sense 2 */
         -0.5901F, /* sense 3 */
         -0.6406F, /* sense 4 */
          0.2400F, /* sense 5 */
         -0.1680F, /* sense 6 */
          0.1301F, /* sense 7 */
         -0.1412F, /* sense 8 */
         -0.1330F, /* sense 9 */
         -0.3582F, /* sense 10 */
         -0.9671F, /* sense 11 */
         -0.4493F, /* sense 12 */
         -0.5460F, /* sense 13 */
         -1.5208F, /* sense 14 */
         -0.9168F, /* sense 15 */
         -0.4766F, /* sense 16 */
         -0.4517F, /* sense 17 */
         -0.4707F, /* sense 18 */
         -0.3327F, /* sense 19 */
         -0.5945F, /* sense 20 */
          1.2721F, /* sense 21 */
         -0.0076F, /* sense 22 */
         -0.7487F, /* sense 23 */
         -0.4048F, /* sense 24 */
         -0.0533F, /* sense 25 */
          0.1210F, /* sense 26 */
          0.5114F, /* sense 27 */
          0.3063F, /* sense 28 */
          0.0896F, /* sense 29 */
          0.3441F, /* sense 30 */
          0.0768F, /* sense 31 */
          0.0249F, /* sense 32 */
         -0.1398F, /* sense 33 */
         -1.3872F, /* sense 34 */
         -0.6120F, /* sense 35 */
          0.7638F, /* sense 36 */
          0.4187F, /* sense 37 */
          0.4762F, /* sense 38 */
         -0.1709F, /* sense 39 */
         -0.4565F, /* sense 40 */
          0.8619F, /* sense 41 */
          0.3796F, /* sense 42 */
         -0.2478F, /* sense 43 */
         -0.0321F, /* sense 44 */
          0.0411F, /* sense 45 */
          0.0724F, /* sense 46 */
          0.1341F, /* sense 47 */
          0.3513F, /* sense 48 */
         -0.2712F, /* sense 49 */
         -0.2059F, /* sense 50 */
         -0.7714F, /* sense 51 */
         -0.8146F, /* sense 52 */
         -0.1732F, /* sense 53 */
         -0.4364F, /* sense 54 */
          0.0355F, /* sense 55 */
         -0.6772F, /* sense 56 */
         -0.1540F, /* sense 57 */
         -0.0152F, /* sense 58 */
         -0.2005F, /* sense 59 */
          0.1111F, /* sense 60 */
    },
};
/* clang-format on */
