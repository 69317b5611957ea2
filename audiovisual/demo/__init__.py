"""The demonstration bank: its texts (`texts`), and what feeds them through the operations people use."""
