package iam

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"guanxi/infra/local/template"
)

// shop is a template in which one function may read a table, work off one queue and send to another.
func shop(actions ...string) *template.Template {
	role := template.Role{LogicalID: "WorkerRole", RoleName: "shop-WorkerRole", ARN: "arn:aws:iam::000000000000:role/shop-WorkerRole"}
	role.Statements = append(statement(template.Statement{Action: actions, Resource: template.Texts{arn(here, "sqs", "shop-Work")}}),
		append(statement(template.Statement{Action: template.Texts{"dynamodb:GetItem", "dynamodb:Query"}, Resource: template.Texts{table}}),
			statement(template.Statement{Action: template.Texts{"sqs:SendMessage"}, Resource: template.Texts{arn(here, "sqs", "shop-Next")}})...)...)
	worker := template.Function{LogicalID: "Worker", FunctionName: "shop-Worker", Role: role.ARN}
	worker.Sources = []template.QueueSource{{Queue: arn(here, "sqs", "shop-Work")}}
	worker.Sources[0].Event = "Work"
	tables := []template.Table{{LogicalID: "Order", ARN: strings.TrimSuffix(table, "s")}, {LogicalID: "Orders", ARN: table}}
	return &template.Template{Tables: tables, Roles: []template.Role{role}, Functions: []template.Function{worker}}
}

// An event source mapping polls under the function's role: lambda/latest/dg/services-sqs-configure.html.
func TestAMappingNeedsItsRole(t *testing.T) {
	_, err := New(shop("sqs:ReceiveMessage", "sqs:GetQueueAttributes"), here)
	want := "Resources.Worker.Properties.Events.Work: role WorkerRole does not grant sqs:DeleteMessage on arn:aws:sqs:us-east-1:000000000000:shop-Work; AWS would refuse to create the mapping"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	stream := shop("sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage")
	s := template.StreamSource{Stream: table + "/stream/latest"}
	s.Event, s.DestinationConfig.OnFailure.Destination = "Stream", arn(here, "sqs", "shop-Dead")
	stream.Functions[0].Streams = []template.StreamSource{s}
	_, err = New(stream, here)
	for _, action := range []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams", "sqs:SendMessage"} {
		if err == nil || !strings.Contains(err.Error(), "Events.Stream: role WorkerRole does not grant "+action) {
			t.Errorf("%s is not asked for: %v", action, err)
		}
	}
}

// What a service behind the guard sees of a function's calls, what the function is answered, and what is counted.
func TestTheGuard(t *testing.T) {
	ledger, err := New(shop("sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage"), here)
	if err != nil {
		t.Fatal(err)
	}
	service := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	guards := map[string]http.Handler{"DynamoDB_20120810": ledger.DynamoDB(service), "AmazonSQS": ledger.SQS(service)}
	const user = "User: arn:aws:sts::000000000000:assumed-role/shop-WorkerRole/shop-Worker is not authorized to perform: "
	for _, c := range []struct {
		signer, target, body string
		status               int
		want                 string
	}{
		{"Worker", "DynamoDB_20120810.GetItem", `{"TableName":"shop-Orders"}`, 200, `{"TableName":"shop-Orders"}`},
		{
			"Worker", "DynamoDB_20120810.DeleteItem", `{"TableName":"shop-Orders"}`, 400,
			user + "dynamodb:DeleteItem on resource: " + table + " because no identity-based policy allows the dynamodb:DeleteItem action",
		},
		{"Worker", "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"shop-Orders"}}]}`, 400, "dynamodb:UpdateItem on"},
		{"Worker", "DynamoDB_20120810.ListTables", `{}`, 400, "dynamodb:ListTables on resource: *"},
		{"Worker", "DynamoDB_20120810.GetItem", `?`, 400, "SerializationException"},
		{"Worker", "AmazonSQS.SendMessage", `{"QueueUrl":"http://127.0.0.1/0/shop-Next"}`, 200, "shop-Next"},
		{
			"Worker", "AmazonSQS.SendMessageBatch", `{"QueueUrl":"http://127.0.0.1/0/shop-Work"}`, 403,
			user + "sqs:sendmessage on resource: arn:aws:sqs:us-east-1:000000000000:shop-Work because no identity-based policy allows the sqs:sendmessage action",
		},
		{"somebody", "DynamoDB_20120810.DeleteItem", `{"TableName":"shop-Orders"}`, 200, "shop-Orders"},
		{"", "AmazonSQS.PurgeQueue", `{}`, 200, `{}`},
	} {
		service, _, _ := strings.Cut(c.target, ".")
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		r.Header.Set("X-Amz-Target", c.target)
		if c.signer != "" {
			r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20261122/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0", c.signer))
		}
		w := httptest.NewRecorder()
		guards[service].ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.signer, c.target, c.body, w.Code, w.Body, c.status, c.want)
		}
		if denied := c.status == 403; denied != (w.Header().Get("X-Amzn-Query-Error") == "AccessDenied;Sender") {
			t.Errorf("%s: headers %v", c.target, w.Header())
		}
	}
	account := ledger.Accounts()[0]
	times := map[string]int{}
	for _, u := range account.Granted {
		times[u.Action] = u.Times
	}
	if want := map[string]int{"sqs:ReceiveMessage": 1, "sqs:GetQueueAttributes": 1, "sqs:DeleteMessage": 1, "dynamodb:GetItem": 1, "dynamodb:Query": 0, "sqs:SendMessage": 1}; !reflect.DeepEqual(times, want) {
		t.Errorf("used %v, want %v", times, want)
	}
	if want := []Grant{{Action: "dynamodb:Query", Resource: "Orders"}}; !reflect.DeepEqual(account.Unused, want) {
		t.Errorf("unused %v, want %v", account.Unused, want)
	}
	if len(account.Refused) != 4 {
		t.Errorf("refused %v, want 4", account.Refused)
	}
}

func TestTheGuardOfKMS(t *testing.T) {
	of := shop("sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage")
	of.Roles[0].Statements = append(of.Roles[0].Statements, statement(template.Statement{
		Action: template.Texts{"kms:Decrypt"}, Resource: template.Texts{seal},
		Condition: map[string]map[string]template.Texts{"StringEquals": {"kms:EncryptionContext:class": {"contact"}}},
	})...)
	ledger, err := New(of, here)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=Worker/20261122/us-east-1/kms/aws4_request")
	if err := ledger.KMS(r, "Decrypt", seal, map[string]string{"class": "contact"}); err != nil {
		t.Error(err)
	}
	for _, class := range []string{"amount", ""} {
		if err := ledger.KMS(r, "Decrypt", seal, map[string]string{"class": class}); err == nil {
			t.Errorf("class %q was opened", class)
		}
	}
	r.Header.Del("Authorization")
	if err := ledger.KMS(r, "Encrypt", seal, nil); err != nil {
		t.Errorf("who is no function: %v", err)
	}
}

// What the guard adds to a call of a common size.
func BenchmarkGuard(b *testing.B) {
	ledger, err := New(shop("sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage"), here)
	if err != nil {
		b.Fatal(err)
	}
	guarded := ledger.DynamoDB(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	body := `{"TableName":"shop-Orders","Item":{"PK":{"S":"x"},"sealed":{"B":"` + strings.Repeat("A", 1024) + `"}}}`
	for _, signer := range []string{"Worker", "somebody"} {
		b.Run(signer, func(b *testing.B) {
			r := httptest.NewRequest("POST", "/", nil)
			r.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+signer+"/20261122/us-east-1/dynamodb/aws4_request")
			for b.Loop() {
				r.Body = io.NopCloser(strings.NewReader(body))
				guarded.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
