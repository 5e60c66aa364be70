# The same scripts/setup as everywhere, in one stage; what runs has no compiler, no pip cache and no root.
FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1
WORKDIR /opt/branchweb
COPY . .
RUN scripts/setup --run && rm -rf .venv/var/data

FROM python:3.13-slim-bookworm
# `backup` and `restore` call pg_dump and pg_restore; Debian 12 has those of the server in docker-compose.yml.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
ENV BRANCHWEB_DATA=/data \
    DJANGO_SETTINGS_MODULE=branchweb.settings \
    PATH=/opt/branchweb/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin branchweb && install -d -o branchweb -g branchweb -m 700 /data
WORKDIR /opt/branchweb
COPY --from=build /opt/branchweb .
USER branchweb
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "scripts/healthcheck.py"]
CMD ["gunicorn", "branchweb.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "60", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
