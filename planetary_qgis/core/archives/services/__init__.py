"""Archives that answer questions: builders of requests, parsers of answers, no sockets."""
