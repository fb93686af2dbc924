package iam

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"guanxi/infra/local/template"
)

// What a call needs is read from its name and from the few members of its body that name resources.

func arn(p template.Place, service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, p.Region, p.Account, resource)
}

// dynamoDB returns the needs of a call, by its X-Amz-Target and body. Actions bear the operations' names, see "Actions,
// resources, and condition keys for Amazon DynamoDB", service-authorization/latest/reference/list_amazondynamodb.html,
// but for transactions: each of their actions needs what it would need alone, and a check dynamodb:ConditionCheckItem,
// see amazondynamodb/latest/developerguide/transaction-apis-iam.html.
func dynamoDB(p template.Place, target string, body []byte) ([]Need, error) {
	operation, ok := strings.CutPrefix(target, "DynamoDB_20120810.")
	if !ok {
		return nil, fmt.Errorf("%q is no operation of DynamoDB", target)
	}
	var call struct {
		TableName, IndexName string
		RequestItems         map[string]json.RawMessage
		TransactItems        []map[string]struct{ TableName string }
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	table := func(name string) string {
		if strings.HasPrefix(name, "arn:") { // a table's ARN may stand for its name
			return name
		}
		return arn(p, "dynamodb", "table/"+name)
	}
	var needs []Need
	need := func(action, resource string) {
		n := Need{Action: "dynamodb:" + action, Resource: resource}
		if !slices.ContainsFunc(needs, func(o Need) bool { return o.Action == n.Action && o.Resource == n.Resource }) {
			needs = append(needs, n)
		}
	}
	for name := range call.RequestItems { // of BatchGetItem, BatchWriteItem
		need(operation, table(name))
	}
	for _, item := range call.TransactItems {
		for action, on := range item {
			switch action {
			case "ConditionCheck", "Get", "Put", "Update", "Delete":
				need(action+"Item", table(on.TableName))
			default:
				return nil, fmt.Errorf("%q is no action of a transaction", action)
			}
		}
	}
	switch {
	case call.IndexName != "":
		need(operation, table(call.TableName)+"/index/"+call.IndexName)
	case call.TableName != "":
		need(operation, table(call.TableName))
	}
	if len(needs) == 0 {
		need(operation, "*") // it names no table, as ListTables
	}
	return needs, nil
}

// queue returns the need of a call to SQS. A batch needs what its single call needs, see "Actions, resources, and
// condition keys for Amazon SQS", service-authorization/latest/reference/list_amazonsqs.html.
func queue(p template.Place, target string, body []byte) ([]Need, error) {
	operation, ok := strings.CutPrefix(target, "AmazonSQS.")
	if !ok {
		return nil, fmt.Errorf("%q is no operation of SQS", target)
	}
	var call struct{ QueueUrl, QueueName string }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	name := call.QueueName
	if call.QueueUrl != "" {
		name = path.Base(call.QueueUrl)
	}
	resource := arn(p, "sqs", name)
	if name == "" {
		resource = "*" // it names no queue, as ListQueues
	}
	return []Need{{Action: "sqs:" + strings.TrimSuffix(operation, "Batch"), Resource: resource}}, nil
}

// key returns the need of a call to KMS.
func key(action, keyARN string, encryption map[string]string) Need {
	n := Need{Action: "kms:" + action, Resource: keyARN, Context: map[string]string{}}
	for name, value := range encryption {
		n.Context[encryptionContext+name] = value
	}
	return n
}

// source is an event source mapping, which works under its function's role.
type source struct {
	path  string
	needs []Need
}

// sources are the function's mappings: "Execution role permissions" in lambda/latest/dg/with-ddb.html and
// services-sqs-configure.html; a destination for what failed needs sqs:SendMessage, see
// services-dynamodb-errors.html there.
func sources(f template.Function) (all []source) {
	add := func(event, service, resource string, operations ...string) {
		s := source{path: fmt.Sprintf("Resources.%s.Properties.Events.%s", f.LogicalID, event)}
		for _, o := range operations {
			s.needs = append(s.needs, Need{Action: service + ":" + o, Resource: resource})
		}
		all = append(all, s)
	}
	for _, s := range f.Streams {
		add(s.Event, "dynamodb", s.Stream, "DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
		if to := s.DestinationConfig.OnFailure.Destination; to != "" {
			add(s.Event, "sqs", to, "SendMessage")
		}
	}
	for _, s := range f.Sources {
		add(s.Event, "sqs", s.Queue, "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
	}
	return all
}
