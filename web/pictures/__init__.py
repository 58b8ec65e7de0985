"""Pictures drawn on the server: numbers in, SVG with a title and a description out."""
