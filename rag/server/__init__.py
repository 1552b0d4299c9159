"""Serve the answers to other programs: REST, the OpenAI protocol, and MCP.

All of them are thin. They translate a request into a question, give it to `service.Service`, and
translate the answer back.
"""
