#!/usr/bin/env python3
"""Every exit code of a CUPS backend under every error policy, and cupsd killed a hundred times
with the backend `once` and a hundred times without. Copies are counted at the printers.

    test_print_faults.py BUILD [SCENE ...]      YUELAI_KILLS=1000 for more, YUELAI_SEED
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from print_faults import kill_cupsd, one_station_of_codes, station_of_codes_cells  # noqa: E402
from print_room import play  # noqa: E402

KILLS = int(os.environ.get("YUELAI_KILLS", "100"))


def kills_of_cupsd_lose_nothing_and_copy_nothing_with_once():
    kill_cupsd(True, KILLS)


def kills_of_cupsd_lose_nothing_and_record_each_copy_without_once():
    kill_cupsd(False, KILLS)


def every_exit_code_under_every_policy_loses_nothing():
    for cell in station_of_codes_cells():
        one_station_of_codes(*cell)


SCENES = [
    kills_of_cupsd_lose_nothing_and_copy_nothing_with_once,
    kills_of_cupsd_lose_nothing_and_record_each_copy_without_once,
    every_exit_code_under_every_policy_loses_nothing,
]

if __name__ == "__main__":
    sys.exit(play(SCENES, sys.argv[2:]))
