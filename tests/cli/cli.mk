cli_tests += tests/cli/layering.sh tests/cli/style.sh
