"""What programs put on the clipboard (`corpus`), thrown at every field of every form (`test_every_field`)."""
