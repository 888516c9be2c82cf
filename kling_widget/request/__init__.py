"""What a person asks for: models, inputs, money. Pure: nothing here opens a file, a socket or a widget."""
