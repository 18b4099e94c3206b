FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mockgate mockgate
COPY fixtures fixtures
RUN python -m venv /opt/mockgate && /opt/mockgate/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/mockgate /opt/mockgate
RUN useradd --create-home --uid 1000 mockgate
USER mockgate
WORKDIR /home/mockgate
ENV PATH=/opt/mockgate/bin:$PATH PYTHONUNBUFFERED=1 MOCKGATE_SERVE_HOST=0.0.0.0 MOCKGATE_SERVE_PORT=8080
EXPOSE 8080
# Not every gateway has /health; the control API is there with all of them, and even closed it says that it is.
HEALTHCHECK --interval=10s --timeout=3s --start-period=3s \
  CMD ["python", "-c", "import http.client, os; \
server = http.client.HTTPConnection('127.0.0.1', int(os.environ['MOCKGATE_SERVE_PORT']), timeout=2); \
server.request('GET', '/_mockgate'); raise SystemExit(server.getresponse().status >= 500)"]
ENTRYPOINT ["mockgate"]
CMD ["serve"]
