"""The two timeouts of the model, and its tolerances, in seconds; and which schedules are played.

The docs (explanation/model.md) say where each tolerance comes from.
"""

EXPIRE_AFTER = 60.0
WARN_AFTER = 40.0

ROUNDING = 0.002  # idleFor has three decimals, and so have the clocks of a browser
RESOLUTION = 3.0  # of page views: min(60, EXPIRE_AFTER / 20, (EXPIRE_AFTER - WARN_AFTER) / 4)
PRECISION = 1.0  # of reports: one that is newer by less is not stored
TOLD = 1.0  # tabs tell each other of acts once a second
TICK = 1.0  # a timer of the page, near the end
PAUSE = 3.0  # between two tries to reach the server: EXPIRE_AFTER / 20
STEP = 2.5  # of the model's clock, far from everything that is due
NEAR = 2.0  # from what is due; there the clock goes from one timer to the next
WAKING = 2.0  # a visible page is judged each second, also after a sleep of its timers
WAKING_BEHIND = 60.0  # and one that nobody can see each minute, unless another tab tells it
REPORT = EXPIRE_AFTER / 5  # an act is reported when nobody has reported for so long
FOLLOW = 2.0  # a tab that goes away is missed after so long
KEPT = 86400.0  # for which a covered page keeps what was typed

EARLY = PRECISION + TOLD  # how much older than true the last act can seem to a tab
CALM = PAUSE + TICK + STEP  # after which a tab that can reach the server has spoken with it
CHANCE = REPORT + TOLD + CALM  # after which an act is known to the server

# The schedules that are played by default; they find every fault of scripts/faults.py.

FIRST, SCHEDULES = 18, 50
