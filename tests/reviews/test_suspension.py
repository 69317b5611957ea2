"""A title that is suspended: the days others were given stand still with it, and its experts are told."""

from __future__ import annotations

from datetime import timedelta

import time_machine
import pytest
from sqlalchemy import select

