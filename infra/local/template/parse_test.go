package template

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

var here = Place{Region: "us-east-1", Account: "000000000000", Stack: "shop", SQS: "http://127.0.0.1:9324"}

func shop(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAWholeTemplate(t *testing.T) {
	got, err := Parse([]byte(shop(t)), here, map[string]string{"Seconds": "9"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Tables) != 1 || len(got.Queues) != 2 || len(got.Keys) != 1 || len(got.Functions) != 1 {
		t.Fatalf("tables, queues, keys, functions = %d, %d, %d, %d", len(got.Tables), len(got.Queues), len(got.Keys), len(got.Functions))
	}
	f := got.Functions[0]
	for _, c := range []struct{ what, got, want string }{
		{"a global, from a parameter", string(rune('0' + f.Timeout)), "9"},
		{"globals and own variables are merged", string(f.Environment.Variables["STAGE"]), "dev"},
		{"a number as a variable", string(f.Environment.Variables["LIMIT"]), "7"},
		{"Ref of a queue is its URL", string(f.Environment.Variables["WORK_QUEUE_URL"]), "http://127.0.0.1:9324/000000000000/shop-Work"},
		{"Ref of a table is its name", string(f.Environment.Variables["ORDERS_TABLE"]), "shop-Orders"},
		{"Join and Sub with its own names", string(f.Environment.Variables["WHERE"]), "us-east-1/dev-${literal}"},
		{"GetAtt of a key", string(f.Environment.Variables["SEAL_KEY_ARN"]), got.Keys[0].ARN},
		{"GetAtt of a queue", got.Queues[1].RedrivePolicy.DeadLetterTargetARN, "arn:aws:sqs:us-east-1:000000000000:shop-dev-dead"},
		{"the on-failure destination", f.Streams[0].DestinationConfig.OnFailure.Destination, got.Queues[0].ARN},
		{"the audience", strings.Join(got.API.Authorizer.Audience, " "), "shop"},
		{"the method", f.Routes[0].Method, "GET"},
		{"the role", f.Role, "arn:aws:iam::000000000000:role/shop-WorkerRole"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	role, ok := got.RoleByARN(f.Role)
	if !ok || len(role.Statements) != 3 {
		t.Fatalf("the role has the statements %v", role.Statements)
	}
	for i, want := range []Statement{
		{
			Path: "Resources.WorkerRole.Properties.Policies.0.PolicyDocument.Statement.0", Effect: "Allow",
			Action: Texts{"dynamodb:GetItem", "dynamodb:Query"}, Resource: Texts{got.Tables[0].ARN},
		},
		{
			Path: "Resources.WorkerRole.Properties.Policies.0.PolicyDocument.Statement.1", Effect: "Allow",
			Action: Texts{"kms:Decrypt"}, Resource: Texts{got.Keys[0].ARN},
			Condition: map[string]map[string]Texts{"StringEquals": {"kms:EncryptionContext:class": {"contact", "amount"}}},
		},
		{
			Path: "Resources.Traces.Properties.PolicyDocument.Statement.0", Effect: "Allow",
			Action: Texts{"xray:PutTraceSegments"}, Resource: Texts{"*"},
		},
	} {
		if !reflect.DeepEqual(role.Statements[i], want) {
			t.Errorf("statement %d: %+v, want %+v", i, role.Statements[i], want)
		}
	}
	if f.ReservedConcurrentExecutions != nil {
		t.Error("AWS::NoValue did not remove the property")
	}
	if !f.Routes[0].Authorized || f.Routes[1].Authorized {
		t.Error("the default authorizer holds for every route but those with NONE")
	}
	if _, ok := got.StreamTable(f.Streams[0].Stream); !ok {
		t.Error("the stream's table was not found")
	}
}

// Everything that can't be done is named by its path, all at once.
func TestWhatIsNotServedIsNamed(t *testing.T) {
	text := strings.NewReplacer(
		"BatchSize: 25", "TumblingWindowInSeconds: 30",
		"VisibilityTimeout: 60", "VisibilityTimeout: soon",
		"Path: /healthz", "Authorised: true",
		"AWS::KMS::Key", "AWS::KMS::ReplicaKey",
		"cron(10 16 * * ? *)}", "!Ref Nothing}",
		"Handler: bootstrap", "SnapStart: {ApplyOn: PublishedVersions}",
		"StreamViewType: KEYS_ONLY", "StreamViewType: KEYS_ONLY, ResourcePolicy: {}",
		"StartingPosition: TRIM_HORIZON", "StartingPosition: AT_TIMESTAMP",
		"Version: '2012-10-17'\n            Statement:\n", "Statement: []\n      ManagedPolicyArns:\n",
		"Roles: [!Ref WorkerRole]", "Roles: [Nobody]",
		"Role: !GetAtt WorkerRole.Arn", "Role: arn:aws:iam::1:role/x",
		"Transform: AWS", "Hooks: {}\nTransform: AWS",
	).Replace(shop(t))
	_, err := Parse([]byte(text), here, map[string]string{"Sage": "x", "Stage": "test"})
	if err == nil {
		t.Fatal("the template was accepted")
	}
	for _, want := range []string{
		`Hooks: is not served by the local cloud`,
		`Parameters.Sage: was given a value but the template has no such parameter`,
		`Parameters.Stage: "test" is not one of its AllowedValues`,
		`Resources.Worker.Properties.Events.Stream.Properties.TumblingWindowInSeconds: is not served`,
		`Resources.Worker.Properties.Events.Stream.Properties.StartingPosition: "AT_TIMESTAMP" is not served`,
		`Resources.Worker.Properties.Events.Open.Properties.Authorised: is not served`,
		`Resources.Worker.Properties.Events.Nightly.Properties.Schedule: there is no parameter or resource Nothing`,
		`Resources.Worker.Properties.SnapStart: is not served`,
		`Resources.Orders.Properties.StreamSpecification.ResourcePolicy: is not served`,
		`Resources.Seal.Type: AWS::KMS::ReplicaKey is not served`,
		`Resources.WorkerRole.Properties.ManagedPolicyArns: is not served`,
		`Resources.Traces.Properties.Roles: "Nobody" is no role of this template`,
		`Resources.Worker.Properties.Role: "arn:aws:iam::1:role/x" is no role of this template`,
		`Resources.Work.Properties.VisibilityTimeout: "soon" is not a whole number`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

// A parameter without a value hurts only where its value is needed: an issuer never is, since the local one serves.
func TestAParameterWithoutAValue(t *testing.T) {
	text := strings.Replace(shop(t), "STAGE: !Ref Stage", "ISSUER: !Ref JwtIssuer", 1)
	_, err := Parse([]byte(text), here, nil)
	want := "Resources.Worker.Properties.Environment.Variables.ISSUER: parameter JwtIssuer has neither a default nor a value"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
