"""Archives: build a request, parse an answer; no sockets."""
