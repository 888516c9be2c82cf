"""The service's REST interface: calls, answers, uploads and downloads."""
