// What takes beside each other are called.
// @ts-check

export const LETTERS = "ABCDEFGHIJKLMNOP"; // as many as a grid has places; `screen.py` shows no more
