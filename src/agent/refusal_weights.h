/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made by tools/refusal-train.c; see tools/refusal.mk. */
#include "agent/refusal_features.h"

/* Slope and offset of each model's calibration. */
static const double refusal_platt[2][2] = {{1.3086, 0.7768}, {1.9237, -0.9134}};

/* clang-format off */
static const float refusal_weights[2][REFUSAL_FEATURES] = {
    { /* refused */
          2.0515F, /* refuse@first */
          0.2025F, /* refuse@early */
          0.3235F, /* refuse@rest */
          0.4164F, /* refuse@last */
          0.2809F, /* unwilling@first */
          0.0392F, /* unwilling@early */
          0.0069F, /* unwilling@rest */
          0.0327F, /* unwilling@last */
         -0.3767F, /* not_given@first */
          0.1082F, /* not_given@early */
          0.0301F, /* not_given@rest */
          0.0062F, /* not_given@last */
          1.3250F, /* moral@first */
          0.2079F, /* moral@early */
          0.2981F, /* moral@rest */
          0.3716F, /* moral@last */
          0.2176F, /* no_way@first */
          0.4751F, /* no_way@early */
          0.0151F, /* no_way@rest */
          0.1349F, /* no_way@last */
         -0.1330F, /* apology@first */
         -0.4096F, /* apology@early */
         -0.1015F, /* apology@rest */
          0.1925F, /* apology@last */
          0.0210F, /* ai@first */
          0.6660F, /* ai@early */
          0.0069F, /* ai@rest */
          0.5176F, /* ai@last */
          0.8589F, /* rule@first */
          0.7235F, /* rule@early */
          0.1211F, /* rule@rest */
          0.2362F, /* rule@last */
          0.4889F, /* inability@first */
         -0.3294F, /* inability@early */
          0.0000F, /* inability@rest */
          0.2594F, /* inability@last */
         -0.1177F, /* unknown@first */
         -0.0671F, /* unknown@early */
          0.0000F, /* unknown@rest */
          0.1744F, /* unknown@last */
         -0.1723F, /* clarify@first */
         -0.0386F, /* clarify@early */
          0.0011F, /* clarify@rest */
         -0.1561F, /* clarify@last */
         -0.2757F, /* redirect@first */
          0.5776F, /* redirect@early */
         -0.1139F, /* redirect@rest */
         -0.2021F, /* redirect@last */
          0.0169F, /* respect@first */
          0.5954F, /* respect@early */
          0.3716F, /* respect@rest */
          0.4166F, /* respect@last */
          0.0062F, /* remember@first */
         -0.4516F, /* remember@early */
         -0.0066F, /* remember@rest */
         -0.5658F, /* remember@last */
         -0.3566F, /* penalty@first */
         -0.3516F, /* penalty@early */
          0.1241F, /* penalty@rest */
         -0.5620F, /* penalty@last */
         -0.3062F, /* private@first */
          0.0024F, /* private@early */
          0.0707F, /* private@rest */
          0.0537F, /* private@last */
         -0.3965F, /* harm@first */
          0.3519F, /* harm@early */
          0.7135F, /* harm@rest */
         -0.2220F, /* harm@last */
         -0.5683F, /* group@first */
          0.0131F, /* group@early */
          0.1997F, /* group@rest */
          0.3726F, /* group@last */
         -0.5289F, /* offer@first */
          0.6638F, /* offer@early */
          0.2095F, /* offer@rest */
         -0.0546F, /* offer@last */
         -0.3510F, /* offer_rest@first */
          0.2082F, /* offer_rest@early */
          0.0000F, /* offer_rest@rest */
         -0.3291F, /* offer_rest@last */
          1.2804F, /* instead@first */
          0.8372F, /* instead@early */
          0.3879F, /* instead@rest */
          0.5309F, /* instead@last */
         -0.9183F, /* fiction@first */
         -0.3802F, /* fiction@early */
          0.0180F, /* fiction@rest */
         -0.4151F, /* fiction@last */
         -0.2443F, /* fact@first */
         -0.1400F, /* fact@early */
          0.0042F, /* fact@rest */
         -0.7546F, /* fact@last */
          0.0313F, /* challenge@first */
         -0.0537F, /* challenge@early */
          0.0000F, /* challenge@rest */
          0.0000F, /* challenge@last */
          0.0000F, /* closing@first */
          0.0805F, /* closing@early */
         -0.1314F, /* closing@rest */
         -0.3060F, /* closing@last */
         -1.4431F, /* bias */
         -1.0362F, /* length */
         -0.0240F, /* items */
          0.0081F, /* list */
         -0.0528F, /* code */
         -0.7431F, /* numbers */
          0.0983F, /* one */
         -0.5746F, /* few */
          0.7008F, /* preachy */
         -1.2073F, /* plain */
         -0.4031F, /* overlap */
         -0.2731F, /* echo */
          1.8299F, /* stance */
          1.0316F, /* late */
          0.7199F, /* stances */
          0.1206F, /* stance*list */
          1.3877F, /* stance*plain */
          0.4258F, /* stance*offer */
          0.0171F, /* stance*long */
         -0.3073F, /* stance*fact */
          0.5788F, /* moral-alone */
          1.0752F, /* moral*plain */
          0.4036F, /* moral*offer */
         -0.2906F, /* unable*offer */
          0.0055F, /* unable-alone */
          0.2762F, /* question */
          0.1079F, /* foreign */
         -1.0928F, /* names */
         -0.1256F, /* past */
          1.4870F, /* known */
          0.2013F, /* known-first */
          1.2674F, /* stance*other */
          0.7503F, /* sense 0 */
          0.0320F, /* sense 1 */
          0.3762F, /* sense 2 */
          0.3732F, /* sense 3 */
          0.8836F, /* sense 4 */
          0.3319F, /* sense 5 */
         -0.2894F, /* sense 6 */
          0.9478F, /* sense 7 */
         -0.2706F, /* sense 8 */
          0.0827F, /* sense 9 */
         -0.0212F, /* sense 10 */
          0.3194F, /* sense 11 */
          1.0976F, /* sense 12 */
          0.6144F, /* sense 13 */
          0.9118F, /* sense 14 */
          0.7181F, /* sense 15 */
          0.7061F, /* sense 16 */
         -0.2820F, /* sense 17 */
          0.7858F, /* sense 18 */
          0.2586F, /* sense 19 */
          0.2275F, /* sense 20 */
         -0.0461F, /* sense 21 */
         -0.3704F, /* sense 22 */
         -0.4676F, /* sense 23 */
          0.1764F, /* sense 24 */
         -0.0716F, /* sense 25 */
          0.2579F, /* sense 26 */
         -0.0062F, /* sense 27 */
          0.2978F, /* sense 28 */
         -0.5310F, /* sense 29 */
         -0.2670F, /* sense 30 */
          0.1983F, /* sense 31 */
          0.4319F, /* sense 32 */
          0.0438F, /* sense 33 */
          0.9238F, /* sense 34 */
          0.6973F, /* sense 35 */
          0.1714F, /* sense 36 */
         -0.5111F, /* sense 37 */
         -0.4946F, /* sense 38 */
         -0.8416F, /* sense 39 */
          0.2781F, /* sense 40 */
         -0.8188F, /* sense 41 */
         -0.1216F, /* sense 42 */
          0.0688F, /* sense 43 */
         -0.1859F, /* sense 44 */
         -0.1575F, /* sense 45 */
          0.3131F, /* sense 46 */
         -0.1174F, /* sense 47 */
         -0.0470F, /* sense 48 */
          0.4012F, /* sense 49 */
         -0.5135F, /* sense 50 */
          0.5279F, /* sense 51 */
          0.4526F, /* sense 52 */
         -0.1010F, /* sense 53 */
          0.1198F, /* sense 54 */
          0.1440F, /* sense 55 */
         -0.0150F, /* sense 56 */
         -0.0226F, /* sense 57 */
          0.1723F, /* sense 58 */
          0.4656F, /* sense 59 */
          0.0964F, /* sense 60 */
         -0.2109F, /* sense 61 */
         -1.4840F, /* sense 62 */
    },
    { /* partial, if refused */
          0.4254F, /* refuse@first */
          0.8906F, /* refuse@early */
          0.4619F, /* refuse@rest */
          0.2072F, /* refuse@last */
          0.0330F, /* unwilling@first */
          0.0812F, /* unwilling@early */
         -0.0089F, /* unwilling@rest */
         -0.0556F, /* unwilling@last */
          0.0991F, /* not_given@first */
         -0.5520F, /* not_given@early */
         -0.1428F, /* not_given@rest */
         -0.0998F, /* not_given@last */
          0.0250F, /* moral@first */
         -0.5310F, /* moral@early */
         -0.5994F, /* moral@rest */
         -0.1022F, /* moral@last */
         -0.1327F, /* no_way@first */
         -0.4106F, /* no_way@early */
          0.0023F, /* no_way@rest */
         -0.0640F, /* no_way@last */
          0.0563F, /* apology@first */
          0.2239F, /* apology@early */
          0.0746F, /* apology@rest */
         -0.3412F, /* apology@last */
          0.2016F, /* ai@first */
         -0.1806F, /* ai@early */
         -0.0089F, /* ai@rest */
         -0.2163F, /* ai@last */
         -0.1326F, /* rule@first */
         -0.5327F, /* rule@early */
         -0.2488F, /* rule@rest */
         -0.0466F, /* rule@last */
         -0.2845F, /* inability@first */
          0.0000F, /* inability@early */
          0.0000F, /* inability@rest */
         -0.1266F, /* inability@last */
         -0.0814F, /* unknown@first */
         -0.0018F, /* unknown@early */
          0.0000F, /* unknown@rest */
         -0.0312F, /* unknown@last */
         -0.0120F, /* clarify@first */
          0.4623F, /* clarify@early */
          0.1620F, /* clarify@rest */
          0.6909F, /* clarify@last */
          0.0000F, /* redirect@first */
         -0.3533F, /* redirect@early */
         -0.5327F, /* redirect@rest */
         -0.2057F, /* redirect@last */
         -0.0318F, /* respect@first */
         -0.1998F, /* respect@early */
         -0.3724F, /* respect@rest */
         -0.2239F, /* respect@last */
         -0.2555F, /* remember@first */
         -0.4336F, /* remember@early */
         -0.3969F, /* remember@rest */
         -0.4033F, /* remember@last */
         -0.1078F, /* penalty@first */
         -0.0878F, /* penalty@early */
         -0.0438F, /* penalty@rest */
          0.8629F, /* penalty@last */
          0.0262F, /* private@first */
         -0.2818F, /* private@early */
         -0.1102F, /* private@rest */
          0.3375F, /* private@last */
          0.3537F, /* harm@first */
         -0.2117F, /* harm@early */
         -0.5229F, /* harm@rest */
         -0.2222F, /* harm@last */
         -0.0090F, /* group@first */
         -0.1440F, /* group@early */
         -0.2141F, /* group@rest */
         -0.0540F, /* group@last */
         -0.1092F, /* offer@first */
          0.5983F, /* offer@early */
         -0.3814F, /* offer@rest */
         -0.2562F, /* offer@last */
          0.6949F, /* offer_rest@first */
          1.5235F, /* offer_rest@early */
          0.0000F, /* offer_rest@rest */
         -0.0205F, /* offer_rest@last */
          0.0095F, /* instead@first */
          0.1829F, /* instead@early */
         -0.7704F, /* instead@rest */
         -0.5796F, /* instead@last */
         -0.7693F, /* fiction@first */
          0.3679F, /* fiction@early */
          0.1478F, /* fiction@rest */
          0.1420F, /* fiction@last */
          0.4101F, /* fact@first */
          1.6973F, /* fact@early */
          0.0627F, /* fact@rest */
          0.1276F, /* fact@last */
          0.0586F, /* challenge@first */
         -0.1476F, /* challenge@early */
          0.0000F, /* challenge@rest */
          0.0000F, /* challenge@last */
          0.0000F, /* closing@first */
         -0.0835F, /* closing@early */
         -0.0704F, /* closing@rest */
         -0.2905F, /* closing@last */
          0.0812F, /* bias */
          1.0697F, /* length */
         -0.2754F, /* items */
         -0.4672F, /* list */
          0.3945F, /* code */
          1.6019F, /* numbers */
         -1.3144F, /* one */
         -1.2959F, /* few */
         -1.3660F, /* preachy */
          1.2125F, /* plain */
         -0.3021F, /* overlap */
          0.9712F, /* echo */
          0.0506F, /* stance */
          1.0534F, /* late */
          0.1643F, /* stances */
         -0.6556F, /* stance*list */
          1.1830F, /* stance*plain */
          0.1706F, /* stance*offer */
         -0.3207F, /* stance*long */
          0.7077F, /* stance*fact */
          0.0393F, /* moral-alone */
          0.0724F, /* moral*plain */
          0.5425F, /* moral*offer */
         -0.0176F, /* unable*offer */
         -0.2820F, /* unable-alone */
         -0.5722F, /* question */
         -0.8508F, /* foreign */
          1.9530F, /* names */
          0.3278F, /* past */
         -1.7563F, /* known */
         -0.7954F, /* known-first */
          1.5447F, /* stance*other */
         -0.1576F, /* sense 0 */
          0.0522F, /* sense 1 */
          0.0494F, /* sense 2 */
         -0.5054F, /* sense 3 */
         -0.5605F, /* sense 4 */
         -0.0317F, /* sense 5 */
         -0.1608F, /* sense 6 */
          0.3941F, /* sense 7 */
         -0.1163F, /* sense 8 */
         -0.0952F, /* sense 9 */
         -0.4371F, /* sense 10 */
         -0.7785F, /* sense 11 */
         -0.1915F, /* sense 12 */
         -0.4501F, /* sense 13 */
         -1.4765F, /* sense 14 */
         -0.7237F, /* sense 15 */
         -0.4076F, /* sense 16 */
         -0.4595F, /* sense 17 */
         -0.5121F, /* sense 18 */
         -0.3369F, /* sense 19 */
         -0.5016F, /* sense 20 */
          0.9262F, /* sense 21 */
         -0.1101F, /* sense 22 */
         -0.7075F, /* sense 23 */
         -0.3461F, /* sense 24 */
         -0.0519F, /* sense 25 */
          0.0489F, /* sense 26 */
          0.5513F, /* sense 27 */
          0.1879F, /* sense 28 */
          0.0983F, /* sense 29 */
          0.3145F, /* sense 30 */
          0.0745F, /* sense 31 */
          0.0583F, /* sense 32 */
         -0.1129F, /* sense 33 */
         -1.4080F, /* sense 34 */
         -0.5264F, /* sense 35 */
          0.8201F, /* sense 36 */
          0.4890F, /* sense 37 */
          0.3398F, /* sense 38 */
         -0.1271F, /* sense 39 */
         -0.4324F, /* sense 40 */
          0.7785F, /* sense 41 */
          0.2719F, /* sense 42 */
         -0.2862F, /* sense 43 */
         -0.0226F, /* sense 44 */
         -0.0032F, /* sense 45 */
          0.0804F, /* sense 46 */
          0.1667F, /* sense 47 */
          0.2924F, /* sense 48 */
         -0.2029F, /* sense 49 */
         -0.2342F, /* sense 50 */
         -0.7843F, /* sense 51 */
         -0.7262F, /* sense 52 */
         -0.1638F, /* sense 53 */
         -0.3434F, /* sense 54 */
          0.1182F, /* sense 55 */
         -0.6403F, /* sense 56 */
         -0.0803F, /* sense 57 */
          0.0275F, /* sense 58 */
         -0.2519F, /* sense 59 */
          0.1356F, /* sense 60 */
         -0.1007F, /* sense 61 */
          2.3177F, /* sense 62 */
    },
};
/* clang-format on */
