"""seed: an event of everything, put into an empty pretix through its own shell.

    python -m pretix shell_scoped --override < seed.py

Run again on a fresh schema it gives the same rows with the same ids, secrets and tokens: all
that pretix draws by chance comes from one seed here. What was made is written to the file that
SEED_FACTS names. The parts stand beside this file, by SEED_HERE."""

import os
import random
import secrets
import sys

dice = random.Random("yuelai")
secrets.choice = dice.choice  # pretix' random texts: secrets, tokens, codes

sys.path.insert(0, os.environ["SEED_HERE"])
import seed_event  # noqa: E402

seed_event.make(dice, os.environ["SEED_FACTS"])
