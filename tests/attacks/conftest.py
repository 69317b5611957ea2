"""The attacks run on the bank of the convention tests."""

from tests.conventions.conftest import restored, stage  # noqa: F401
