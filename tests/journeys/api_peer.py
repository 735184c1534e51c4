"""Run by an environment that has jsonschema: holds answers against api/openapi.yaml.

    api_peer.py DOCUMENT < [[path, method, status, answer], ...]    prints a list of what does not fit
"""

import json
import pathlib
import sys

import jsonschema
import yaml


class Document:
    def __init__(self, file):
        self.root = yaml.safe_load(pathlib.Path(file).read_text())

    def found(self, node):
        while "$ref" in node:
            target = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def schema(self, node):
        """The schema without references, and closed: an answer has no member that is not described."""
        if isinstance(node, list):
            return [self.schema(one) for one in node]
        if not isinstance(node, dict):
            return node
        node = dict(self.found(node))
        properties = {}
        for base in [self.schema(one) for one in node.pop("allOf", [])]:
            properties |= base["properties"]
        if properties or isinstance(node.get("properties"), dict):
            properties |= {name: self.schema(one) for name, one in node.pop("properties", {}).items()}
            return {"type": "object", "additionalProperties": False} | self.parts(node) | {"properties": properties}
        return self.parts(node)

    def parts(self, node):
        return {key: value if key in ("enum", "const", "examples") else self.schema(value) for key, value in node.items()}

    def complaints(self, path, method, status, answer):
        responses = self.root["paths"][path][method]["responses"]
        response = self.found(responses.get(str(status)) or responses["default"])
        validator = jsonschema.Draft202012Validator(self.schema(response["content"]["application/json"]["schema"]))
        return [f"{method} {path} {status}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(answer)]

    def flaws(self):
        """What is wrong in the document itself."""
        ids = []
        for path, item in self.root["paths"].items():
            for method in item.keys() & {"get", "post"}:
                operation = item[method]
                ids.append(operation["operationId"])
                declared = [self.found(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
                captured = {part[1:-1] for part in path.split("/") if part.startswith("{")}
                if {one["name"] for one in declared if one["in"] == "path"} != captured:
                    yield f"{method} {path}: its path's parameters are not those that are described"
                for status, response in operation["responses"].items():
                    for content in self.found(response)["content"].values():
                        jsonschema.Draft202012Validator.check_schema(self.schema(content["schema"]))
                if "requestBody" in operation:
                    for content in self.found(operation["requestBody"])["content"].values():
                        jsonschema.Draft202012Validator.check_schema(self.schema(content["schema"]))
        yield from (f"{name} names two operations" for name in set(ids) if ids.count(name) > 1)


if __name__ == "__main__":
    document = Document(sys.argv[1])
    print(json.dumps([*document.flaws(), *(one for answer in json.load(sys.stdin) for one in document.complaints(*answer))]))
