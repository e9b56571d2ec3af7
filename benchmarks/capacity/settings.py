"""The tests' own site on real servers, with one middleware more, that counts queries."""

from tests.servers.settings import *  # noqa: F403
from tests.servers.settings import MIDDLEWARE as OTHERS

MIDDLEWARE = ["benchmarks.capacity.counting.counted", *OTHERS]
