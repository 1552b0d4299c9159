# The chat page in a container: docs/containers.md.
FROM python:3.12-slim AS build
WORKDIR /source
COPY requirements-slim.lock ./
RUN python -m venv /app \
  && /app/bin/pip install --no-cache-dir --no-compile --no-deps --require-hashes -r requirements-slim.lock
COPY pyproject.toml README.md LICENSE ./
COPY rag rag
COPY tools/prune.py tools/prune.py
RUN /app/bin/pip install --no-cache-dir --no-compile --no-deps . && python tools/prune.py /app
# The models are inside, so that the container needs no network. What is imported is compiled: the
# container can't write it.
ENV XDG_CACHE_HOME=/cache
RUN /app/bin/rag prepare && /app/bin/python -c "import rag.assistant, rag.page.serving"

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home rag && install -d -o rag -g rag /data /articles
COPY --from=build /app /app
COPY --from=build --chown=rag /cache /cache
ENV PATH=/app/bin:$PATH XDG_CACHE_HOME=/cache HOME=/data RAG_INDEX=/data/index PYTHONUNBUFFERED=1
USER rag
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 7860), 3)"]
CMD ["sh", "-c", "rag index /articles && exec rag chat --host 0.0.0.0"]
