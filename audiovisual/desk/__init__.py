"""The desk (工作台): work lists, the menu, key titles of the year, the green channel, messages."""
