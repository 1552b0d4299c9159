"""The chat page.

Gradio makes HTTP clients when it is imported, though the page asks nothing of the network. It is
imported here, before any module of the page does so, without proxies and certificates that may not
be usable.
"""

from rag.config import without_network_settings

with without_network_settings():
    import gradio as gradio
