# The words of the runbooks, for the local cloud: . docs/runbooks/local.sh while make dev runs.
# aws.sh has the same ones for a deployed stack.
: "${LOCAL:=.local}" "${STACK:=local}"
: "${CONTROL:=$(sed -n 's/.*"control": "\(.*\)".*/\1/p' "$LOCAL/dev.json")}"
: "${SQS:=$(sed -n 's/.*"sqs": "\(.*\)".*/\1/p' "$LOCAL/dev.json")}"

control() { # PATH [OPTIONS OF CURL]
  curl -sS --fail-with-body "$CONTROL$1" "${@:2}"
  echo
}

queue() { # QUEUE ACTION [OPTIONS OF CURL]: by the query protocol of SQS
  curl -sS --fail-with-body "$SQS/000000000000/$STACK-$1" --data-urlencode "Action=$2" "${@:3}"
  echo
}

waiting() { # QUEUE: how many messages wait, and how many are being worked on
  control /queues | tr '{' '\n' | grep "\"name\":\"$1\""
}

letters() { # QUEUE: its messages, left where they are
  control "/queues/$1/messages"
}

redrive() { # DEAD-LETTER-QUEUE: back to where its messages came from
  control "/queues/$1/redrive" -X POST
}

discard() { # QUEUE: throws all of its messages away
  queue "$1" PurgeQueue
}

wake() { # CUSTOMER: has them decided about, as any new fact would
  queue RecomputeQueue SendMessage --data-urlencode "MessageBody={\"v\":1,\"kind\":\"wake\",\"customer\":\"$1\",\"cause\":\"runbook\"}"
}

failures() { # FUNCTION: what failed, and why
  grep -E '"(ERROR|WARN)"|Runtime exited|timed out' "$LOCAL/logs/$1.log"
}

lines() { # TEXT: what any function said of a trace, a customer or a key
  grep -hF "$1" "$LOCAL"/logs/*.log
}

counts() { # FUNCTION: invocations, errors and throttles
  control /functions | tr '{' '\n' | grep "\"name\":\"$1\""
}

run() { # FUNCTION: what a schedule invokes, once, as of now
  local now
  now=$(control /clock | sed 's/.*"now":"\([^"]*\)".*/\1/')
  control "/functions/$1/invoke" -d "{\"id\":\"runbook\",\"time\":\"$now\"}"
}
