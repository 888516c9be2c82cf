"""The places where practice clips happen, each in a module of its own; ``place`` says what a place hands over."""
