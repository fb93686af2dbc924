"""Reads template.yaml and prints it as CloudFormation will see it, in JSON: what SAM makes of it, with the
policies, permissions and mappings that it adds by itself. Intrinsics stay as they stand."""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # the partition is all that matters

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The translator asks AWS for the list of managed policies. We name none."""

    def load(self):
        return {}


template = yaml_parse(sys.stdin)
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # The translator comes after the upload, where a folder has become an object.
        resource.setdefault("Metadata", {})["CodeFolder"] = resource["Properties"]["CodeUri"]
        resource["Properties"]["CodeUri"] = "s3://bucket/key"
json.dump(transform(template, {}, NoManagedPolicies()), sys.stdout)
