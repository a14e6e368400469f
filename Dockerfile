# The page alone, without TensorFlow and training. Not verified: no Docker engine at hand.
#   docker build -t cxr-demo .
#   docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:8501:8501 cxr-demo
# There is no sign-in: publish the port to this computer only, as above.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CXR_OPEN_TO_NETWORK=1

RUN useradd --create-home --uid 10001 cxr
WORKDIR /srv/cxr

# Before the code, so that a change of the code does not install again.
COPY requirements-app.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements-app.txt

# Owned by root: the page cannot change its own code or model.
COPY .streamlit ./.streamlit
COPY models ./models
COPY cxr_app ./cxr_app
COPY app.py LICENSE NOTICE ./
COPY docs/test-ledger.csv ./docs/

USER cxr
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import sys, urllib.request; sys.exit(urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4).read() != b'ok')"]

# 0.0.0.0 is the container's own network: what reaches it is decided by `docker run -p`.
CMD ["python", "-m", "cxr_app", "serve", "--address", "0.0.0.0"]
