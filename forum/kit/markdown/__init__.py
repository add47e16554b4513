"""Markdown: what people write, and what readers see of it."""
from forum.kit.markdown.pool import RenderPool, close_renderers, render_async
from forum.kit.markdown.rendering import RENDERER_VERSION, Rendered, render

__all__ = ["RENDERER_VERSION", "RenderPool", "Rendered", "close_renderers", "render", "render_async"]
