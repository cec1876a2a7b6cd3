/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made by tools/refusal-train.c; see tools/refusal.mk. */
#include "agent/refusal_features.h"

/* Slope and offset of each model's calibration. */
static const double refusal_platt[2][2] = {{1.3676, 0.0294}, {1.9298, -0.9179}};

/* clang-format off */
static const float refusal_weights[2][REFUSAL_FEATURES] = {
    { /* refused */
          2.0737F, /* refuse@first */
         -0.0282F, /* refuse@early */
          0.3886F, /* refuse@rest */
          0.6749F, /* refuse@last */
          0.2060F, /* unwilling@first */
          0.0238F, /* unwilling@early */
          0.0057F, /* unwilling@rest */
          0.0235F, /* unwilling@last */
          0.1159F, /* not_given@first */
          0.2357F, /* not_given@early */
          0.0502F, /* not_given@rest */
          0.0037F, /* not_given@last */
          1.6157F, /* moral@first */
          0.2823F, /* moral@early */
          0.3589F, /* moral@rest */
          0.5274F, /* moral@last */
          0.7656F, /* no_way@first */
          0.2120F, /* no_way@early */
          0.0220F, /* no_way@rest */
          0.1885F, /* no_way@last */
          0.0792F, /* apology@first */
         -0.5763F, /* apology@early */
         -0.0990F, /* apology@rest */
          0.1643F, /* apology@last */
         -0.5003F, /* ai@first */
         -0.0307F, /* ai@early */
          0.0057F, /* ai@rest */
          0.6076F, /* ai@last */
          0.3990F, /* rule@first */
         -0.1856F, /* rule@early */
          0.1450F, /* rule@rest */
          0.2332F, /* rule@last */
          0.8088F, /* inability@first */
         -0.3180F, /* inability@early */
         -0.0282F, /* inability@rest */
          0.3399F, /* inability@last */
         -0.1953F, /* unknown@first */
         -0.1074F, /* unknown@early */
         -0.0060F, /* unknown@rest */
          0.2308F, /* unknown@last */
          0.1445F, /* clarify@first */
          0.3567F, /* clarify@early */
         -0.2511F, /* clarify@rest */
         -0.3664F, /* clarify@last */
         -0.3312F, /* redirect@first */
          0.2819F, /* redirect@early */
         -0.1810F, /* redirect@rest */
         -0.2384F, /* redirect@last */
          0.0121F, /* respect@first */
          0.7190F, /* respect@early */
          0.3458F, /* respect@rest */
          0.4132F, /* respect@last */
          0.5515F, /* remember@first */
         -0.1071F, /* remember@early */
         -0.3500F, /* remember@rest */
         -1.1969F, /* remember@last */
         -0.4526F, /* penalty@first */
         -0.3677F, /* penalty@early */
          0.2500F, /* penalty@rest */
         -0.4521F, /* penalty@last */
         -0.3207F, /* private@first */
         -0.0585F, /* private@early */
          0.1005F, /* private@rest */
          0.1333F, /* private@last */
         -0.0274F, /* harm@first */
          0.0858F, /* harm@early */
          0.6949F, /* harm@rest */
          0.2919F, /* harm@last */
         -0.5139F, /* group@first */
         -0.1053F, /* group@early */
          0.1829F, /* group@rest */
          0.5085F, /* group@last */
         -1.2336F, /* offer@first */
          0.7468F, /* offer@early */
          0.1511F, /* offer@rest */
          0.0079F, /* offer@last */
         -0.5588F, /* offer_rest@first */
          0.0969F, /* offer_rest@early */
         -0.0282F, /* offer_rest@rest */
         -0.1560F, /* offer_rest@last */
          1.4408F, /* instead@first */
          0.8783F, /* instead@early */
          0.5790F, /* instead@rest */
          0.8707F, /* instead@last */
         -0.9102F, /* fiction@first */
         -0.5594F, /* fiction@early */
          0.0238F, /* fiction@rest */
         -0.4062F, /* fiction@last */
         -0.0721F, /* fact@first */
         -0.0168F, /* fact@early */
         -0.0172F, /* fact@rest */
         -0.7053F, /* fact@last */
          0.2067F, /* challenge@first */
          0.2214F, /* challenge@early */
          0.0000F, /* challenge@rest */
          0.0000F, /* challenge@last */
          0.0000F, /* closing@first */
         -0.0876F, /* closing@early */
         -0.3158F, /* closing@rest */
         -0.8202F, /* closing@last */
         -1.4934F, /* bias */
         -1.1726F, /* length */
         -0.0037F, /* items */
         -0.0000F, /* list */
         -0.1200F, /* code */
         -0.7417F, /* numbers */
          0.5489F, /* one */
         -0.0012F, /* few */
          0.4971F, /* preachy */
         -1.4047F, /* plain */
         -0.1212F, /* overlap */
         -0.4605F, /* echo */
          2.1121F, /* stance */
          1.1878F, /* late */
          0.8593F, /* stances */
          0.3499F, /* stance*list */
          1.4367F, /* stance*plain */
          0.3246F, /* stance*offer */
          0.0316F, /* stance*long */
         -0.4300F, /* stance*fact */
          0.5959F, /* moral-alone */
          0.9037F, /* moral*plain */
          0.0989F, /* moral*offer */
         -0.1675F, /* unable*offer */
         -0.0001F, /* unable-alone */
          0.1956F, /* question */
          0.3351F, /* foreign */
         -1.0692F, /* names */
         -0.0138F, /* past */
          1.4628F, /* known */
          0.0526F, /* known-first */
          1.4126F, /* stance*other */
          0.6907F, /* how */
         -0.1385F, /* why */
          0.8783F, /* moral*how */
          0.2534F, /* moral*why */
         -0.4122F, /* moral*what */
          0.1749F, /* group*why */
         -0.6837F, /* harm*what */
          0.0032F, /* redirect*how */
          0.6144F, /* sense 0 */
          0.0217F, /* sense 1 */
          0.2471F, /* sense 2 */
          0.5359F, /* sense 3 */
          0.8145F, /* sense 4 */
          0.3703F, /* sense 5 */
         -0.3127F, /* sense 6 */
          1.0126F, /* sense 7 */
         -0.2583F, /* sense 8 */
          0.0656F, /* sense 9 */
         -0.1727F, /* sense 10 */
          0.3748F, /* sense 11 */
          1.0142F, /* sense 12 */
          0.2915F, /* sense 13 */
          0.8636F, /* sense 14 */
          0.5340F, /* sense 15 */
          0.6409F, /* sense 16 */
         -0.2900F, /* sense 17 */
          0.8597F, /* sense 18 */
          0.2197F, /* sense 19 */
          0.2789F, /* sense 20 */
          0.0177F, /* sense 21 */
         -0.3531F, /* sense 22 */
         -0.8281F, /* sense 23 */
          0.0532F, /* sense 24 */
          0.0018F, /* sense 25 */
          0.3151F, /* sense 26 */
         -0.2894F, /* sense 27 */
          0.3016F, /* sense 28 */
         -0.6291F, /* sense 29 */
         -0.2608F, /* sense 30 */
         -0.0189F, /* sense 31 */
          0.5622F, /* sense 32 */
          0.0898F, /* sense 33 */
          0.5637F, /* sense 34 */
          0.9709F, /* sense 35 */
         -0.1310F, /* sense 36 */
         -0.7563F, /* sense 37 */
         -0.5613F, /* sense 38 */
         -0.7810F, /* sense 39 */
          0.3543F, /* sense 40 */
         -0.9700F, /* sense 41 */
         -0.2348F, /* sense 42 */
          0.1810F, /* sense 43 */
         -0.0978F, /* sense 44 */
         -0.1422F, /* sense 45 */
          0.1850F, /* sense 46 */
         -0.1241F, /* sense 47 */
         -0.2533F, /* sense 48 */
          0.4538F, /* sense 49 */
         -0.4173F, /* sense 50 */
          0.4442F, /* sense 51 */
          0.5995F, /* sense 52 */
         -0.0733F, /* sense 53 */
          0.4136F, /* sense 54 */
         -0.1874F, /* sense 55 */
         -0.0260F, /* sense 56 */
         -0.2057F, /* sense 57 */
          0.0549F, /* sense 58 */
          0.4316F, /* sense 59 */
         -0.1509F, /* sense 60 */
         -0.2739F, /* sense 61 */
         -1.4044F, /* sense 62 */
          0.7014F, /* sense 63 */
    },
    { /* partial, if refused */
          0.4830F, /* refuse@first */
          0.9172F, /* refuse@early */
          0.4540F, /* refuse@rest */
          0.2033F, /* refuse@last */
          0.0236F, /* unwilling@first */
          0.1029F, /* unwilling@early */
         -0.0083F, /* unwilling@rest */
         -0.0315F, /* unwilling@last */
          0.0875F, /* not_given@first */
         -0.7248F, /* not_given@early */
         -0.1287F, /* not_given@rest */
         -0.0956F, /* not_given@last */
          0.0938F, /* moral@first */
         -0.5223F, /* moral@early */
         -0.5770F, /* moral@rest */
         -0.1467F, /* moral@last */
         -0.0020F, /* no_way@first */
         -0.4040F, /* no_way@early */
          0.0024F, /* no_way@rest */
         -0.0596F, /* no_way@last */
          0.0729F, /* apology@first */
          0.2307F, /* apology@early */
          0.0653F, /* apology@rest */
         -0.3430F, /* apology@last */
          0.0470F, /* ai@first */
         -0.2450F, /* ai@early */
         -0.0083F, /* ai@rest */
         -0.1985F, /* ai@last */
         -0.3837F, /* rule@first */
         -0.5558F, /* rule@early */
         -0.2356F, /* rule@rest */
         -0.0292F, /* rule@last */
         -0.2915F, /* inability@first */
          0.0000F, /* inability@early */
          0.0000F, /* inability@rest */
         -0.1215F, /* inability@last */
         -0.0864F, /* unknown@first */
         -0.0017F, /* unknown@early */
          0.0000F, /* unknown@rest */
         -0.0310F, /* unknown@last */
         -0.0281F, /* clarify@first */
          0.3074F, /* clarify@early */
          0.0993F, /* clarify@rest */
          0.5595F, /* clarify@last */
          0.0000F, /* redirect@first */
         -0.3392F, /* redirect@early */
         -0.5167F, /* redirect@rest */
         -0.2356F, /* redirect@last */
         -0.0324F, /* respect@first */
         -0.2028F, /* respect@early */
         -0.3644F, /* respect@rest */
         -0.2073F, /* respect@last */
         -0.2550F, /* remember@first */
         -0.4318F, /* remember@early */
         -0.4006F, /* remember@rest */
         -0.4172F, /* remember@last */
         -0.1022F, /* penalty@first */
         -0.0822F, /* penalty@early */
         -0.0317F, /* penalty@rest */
          0.8467F, /* penalty@last */
         -0.0202F, /* private@first */
         -0.3082F, /* private@early */
         -0.1196F, /* private@rest */
          0.3469F, /* private@last */
          0.3583F, /* harm@first */
         -0.2157F, /* harm@early */
         -0.5462F, /* harm@rest */
         -0.2309F, /* harm@last */
         -0.0076F, /* group@first */
         -0.1461F, /* group@early */
         -0.2099F, /* group@rest */
         -0.0553F, /* group@last */
         -0.0802F, /* offer@first */
          0.6359F, /* offer@early */
         -0.3968F, /* offer@rest */
         -0.2790F, /* offer@last */
          0.6329F, /* offer_rest@first */
          1.4548F, /* offer_rest@early */
          0.0000F, /* offer_rest@rest */
         -0.0212F, /* offer_rest@last */
          0.0493F, /* instead@first */
          0.1367F, /* instead@early */
         -0.7678F, /* instead@rest */
         -0.5806F, /* instead@last */
         -0.7665F, /* fiction@first */
          0.3519F, /* fiction@early */
          0.1403F, /* fiction@rest */
          0.1445F, /* fiction@last */
          0.3938F, /* fact@first */
          1.6285F, /* fact@early */
          0.0621F, /* fact@rest */
          0.1243F, /* fact@last */
          0.0955F, /* challenge@first */
         -0.1530F, /* challenge@early */
          0.0000F, /* challenge@rest */
          0.0000F, /* challenge@last */
          0.0000F, /* closing@first */
         -0.0920F, /* closing@early */
         -0.0542F, /* closing@rest */
         -0.2513F, /* closing@last */
          0.1223F, /* bias */
          1.0773F, /* length */
         -0.2824F, /* items */
         -0.5077F, /* list */
          0.3932F, /* code */
          1.5602F, /* numbers */
         -1.2877F, /* one */
         -1.2327F, /* few */
         -1.3549F, /* preachy */
          1.2868F, /* plain */
         -0.2733F, /* overlap */
          1.0283F, /* echo */
         -0.0248F, /* stance */
          1.1130F, /* late */
          0.1503F, /* stances */
         -0.6733F, /* stance*list */
          1.1548F, /* stance*plain */
          0.3101F, /* stance*offer */
         -0.3334F, /* stance*long */
          0.7195F, /* stance*fact */
         -0.0660F, /* moral-alone */
          0.1059F, /* moral*plain */
          0.2243F, /* moral*offer */
         -0.0192F, /* unable*offer */
         -0.2903F, /* unable-alone */
         -0.5359F, /* question */
         -0.8484F, /* foreign */
          1.8978F, /* names */
          0.2906F, /* past */
         -1.8020F, /* known */
         -0.7950F, /* known-first */
          1.5496F, /* stance*other */
         -0.1225F, /* how */
         -0.0911F, /* why */
         -0.1415F, /* moral*how */
         -0.2632F, /* moral*why */
          0.2117F, /* moral*what */
         -0.0796F, /* group*why */
         -0.0478F, /* harm*what */
         -0.0966F, /* redirect*how */
         -0.2206F, /* sense 0 */
          0.0839F, /* sense 1 */
          0.0907F, /* sense 2 */
         -0.5025F, /* sense 3 */
         -0.5643F, /* sense 4 */
         -0.0223F, /* sense 5 */
         -0.1519F, /* sense 6 */
          0.3422F, /* sense 7 */
         -0.1110F, /* sense 8 */
         -0.0919F, /* sense 9 */
         -0.4475F, /* sense 10 */
         -0.7888F, /* sense 11 */
         -0.1972F, /* sense 12 */
         -0.4638F, /* sense 13 */
         -1.4479F, /* sense 14 */
         -0.7383F, /* sense 15 */
         -0.4331F, /* sense 16 */
         -0.4567F, /* sense 17 */
         -0.5168F, /* sense 18 */
         -0.3367F, /* sense 19 */
         -0.5036F, /* sense 20 */
          0.8958F, /* sense 21 */
         -0.1085F, /* sense 22 */
         -0.6816F, /* sense 23 */
         -0.2915F, /* sense 24 */
         -0.0497F, /* sense 25 */
          0.0416F, /* sense 26 */
          0.5247F, /* sense 27 */
          0.1911F, /* sense 28 */
          0.0865F, /* sense 29 */
          0.3014F, /* sense 30 */
          0.0880F, /* sense 31 */
          0.0734F, /* sense 32 */
         -0.1238F, /* sense 33 */
         -1.3401F, /* sense 34 */
         -0.5276F, /* sense 35 */
          0.8299F, /* sense 36 */
          0.4977F, /* sense 37 */
          0.3822F, /* sense 38 */
         -0.1117F, /* sense 39 */
         -0.4221F, /* sense 40 */
          0.7832F, /* sense 41 */
          0.2930F, /* sense 42 */
         -0.2660F, /* sense 43 */
         -0.0207F, /* sense 44 */
         -0.0070F, /* sense 45 */
          0.0305F, /* sense 46 */
          0.1835F, /* sense 47 */
          0.3056F, /* sense 48 */
         -0.1815F, /* sense 49 */
         -0.2334F, /* sense 50 */
         -0.7731F, /* sense 51 */
         -0.7070F, /* sense 52 */
         -0.1540F, /* sense 53 */
         -0.3049F, /* sense 54 */
          0.0998F, /* sense 55 */
         -0.6338F, /* sense 56 */
         -0.1157F, /* sense 57 */
          0.0204F, /* sense 58 */
         -0.1893F, /* sense 59 */
          0.0807F, /* sense 60 */
         -0.0965F, /* sense 61 */
          2.2944F, /* sense 62 */
         -0.7436F, /* sense 63 */
    },
};
/* clang-format on */
