/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line is not there yet; saying so beats doing nothing. */
#include <stdio.h>

int main(void)
{
    fputs("phgen: the commands are not built yet; see README.md\n", stderr);
    return 1;
}
