"""The corpus is thrown at the bank of the convention tests."""

from tests.conventions.conftest import restored, stage  # noqa: F401
