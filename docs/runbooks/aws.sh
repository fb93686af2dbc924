# The words of the runbooks, for a deployed stack: . docs/runbooks/aws.sh. They need the AWS CLI,
# version 2, and credentials. Functions, queues and tables go by their names in template.yaml.
: "${STACK:=guanxi-prod}"

physical() { # NAME: what CloudFormation called it; a queue's is its URL
  aws cloudformation describe-stack-resource --stack-name "$STACK" --logical-resource-id "$1" \
    --query StackResourceDetail.PhysicalResourceId --output text
}

arn() { # QUEUE
  aws sqs get-queue-attributes --queue-url "$(physical "$1")" --attribute-names QueueArn --query Attributes.QueueArn --output text
}

waiting() { # QUEUE: how many messages wait, and how many are being worked on
  aws sqs get-queue-attributes --queue-url "$(physical "$1")" --query Attributes --output json \
    --attribute-names ApproximateNumberOfMessages ApproximateNumberOfMessagesNotVisible
}

letters() { # QUEUE: up to ten of its messages, left where they are
  aws sqs receive-message --queue-url "$(physical "$1")" --max-number-of-messages 10 --visibility-timeout 5 \
    --message-system-attribute-names All --output json
}

redrive() { # DEAD-LETTER-QUEUE: back to where its messages came from
  aws sqs start-message-move-task --source-arn "$(arn "$1")"
}

discard() { # QUEUE: throws all of its messages away
  aws sqs purge-queue --queue-url "$(physical "$1")"
}

wake() { # CUSTOMER: has them decided about, as any new fact would
  aws sqs send-message --queue-url "$(physical RecomputeQueue)" \
    --message-body "{\"v\":1,\"kind\":\"wake\",\"customer\":\"$1\",\"cause\":\"runbook\"}"
}

failures() { # FUNCTION: what failed in the last three hours, and why
  aws logs tail "$(physical "$1Logs")" --since 3h --format short --filter-pattern '?ERROR ?WARN ?"Runtime exited" ?"timed out"'
}

lines() { # TEXT: what any function said of a trace, a customer or a key, in the last three hours
  local group
  for group in $(aws cloudformation list-stack-resources --stack-name "$STACK" --output text \
    --query "StackResourceSummaries[?ResourceType=='AWS::Logs::LogGroup' && LogicalResourceId!='ApiLogs'].PhysicalResourceId"); do
    aws logs tail "$group" --since 3h --format short --filter-pattern "\"$1\""
  done
}

counts() { # FUNCTION: invocations, errors and throttles of the last three hours
  local metric
  for metric in Invocations Errors Throttles; do
    aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name "$metric" --statistics Sum --period 10800 \
      --dimensions "Name=FunctionName,Value=$(physical "$1")" --start-time "$(date -u -d '3 hours ago' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)" \
      --query "{$metric: Datapoints[0].Sum}" --output text
  done
}

run() { # FUNCTION: what a schedule invokes, once, as of now
  aws lambda invoke --function-name "$(physical "$1")" --cli-binary-format raw-in-base64-out \
    --payload "{\"id\":\"runbook\",\"time\":\"$(date -u +%FT%TZ)\"}" /dev/stdout
}
