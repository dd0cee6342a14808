# aecodec on a CPU, in one line:
#   docker build -t aecodec .
#   docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:/work" aecodec encode photo.png
FROM python:3.12-slim
COPY . /source
# PyTorch's own index has builds without CUDA, a tenth of the size.
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu /source && rm -r /source
# Home is nowhere for a user that the image does not know.
ENV HOME=/tmp
WORKDIR /work
ENTRYPOINT ["aecodec"]
