"""What KServe's own client says of a server, run in its own environment: kserve_peer.py REST-URL GRPC-ADDRESS MODEL INPUTS.json

INPUTS: {"name": {"datatype": …, "values": […]}}, each one column. Prints one line of JSON with the outputs by way of asking, and how the server is."""

import asyncio
import json
import sys

import numpy
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig

NUMPY = {"BOOL": bool, "BYTES": object, "FP32": numpy.float32, "FP64": numpy.float64}


def request(model, inputs, binary):
    tensors = []
    for name, given in inputs.items():
        kind = NUMPY.get(given["datatype"]) or numpy.dtype(given["datatype"].lower())
        array = numpy.array(given["values"], kind).reshape(-1, 1)
        tensor = InferInput(name, list(array.shape), given["datatype"])
        tensor.set_data_from_numpy(array, binary_data=binary)
        tensors.append(tensor)
    return InferRequest(model_name=model, infer_inputs=tensors, request_id="kserve-7")


def told(response):
    outputs = {}
    for output in response.outputs:
        values = [value.decode() if isinstance(value, bytes) else value for value in output.as_numpy().ravel().tolist()]
        outputs[output.name] = {"datatype": output.datatype, "shape": list(output.shape), "values": values}
    return {"id": response.id, "model": response.model_name, "outputs": outputs}


async def main(rest_url, grpc_address, model, inputs):
    said = {}
    rest = InferenceRESTClient(RESTConfig(protocol="v2", timeout=30))
    said["rest health"] = [
        await rest.is_server_live(rest_url), await rest.is_server_ready(rest_url), await rest.is_model_ready(rest_url, model), await rest.is_model_ready(rest_url, "nope")
    ]
    for way, binary in (("rest json", False), ("rest binary", True)):
        said[way] = told(await rest.infer(rest_url, request(model, inputs, binary), model_name=model))
    try:
        await rest.infer(rest_url, request("nope", inputs, False), model_name="nope")
    except Exception as refused:  # of httpx, whose classes are the client's own affair
        said["rest refusal"] = str(refused)
    grpc = InferenceGRPCClient(url=grpc_address, timeout=30)
    said["grpc health"] = [await grpc.is_server_live(), await grpc.is_server_ready(), await grpc.is_model_ready(model)]
    for way, binary in (("grpc typed", False), ("grpc raw", True)):
        said[way] = told(await grpc.infer(request(model, inputs, binary)))
    await rest.close()
    await grpc.close()
    print(json.dumps(said))


if __name__ == "__main__":
    with open(sys.argv[4]) as file:
        asyncio.run(main(*sys.argv[1:4], json.load(file)))
