"""The chat page.

Gradio makes HTTP clients when it is imported, although the page needs no network. Proxy and
certificate settings that are not usable would make this fail. So Gradio is imported here, without
these settings, before any module of the page.
"""

from rag.config import without_network_settings

with without_network_settings():
    import gradio as gradio
