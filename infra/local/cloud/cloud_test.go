package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/infra/local/iam"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// One system serves all tests of this package but those about starting: two JVMs are enough. Tests use items of their own.
var system *Cloud

func TestMain(m *testing.M) {
	if dir := os.Getenv(hostDir); dir != "" {
		host(dir)
		return
	}
	var err error
	if system, err = Start(context.Background(), Config{Template: "testdata/template.yaml", InMemory: true}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	system.Stop()
	os.Exit(code)
}

// client speaks to a system over HTTP, as any program would.
type client struct {
	t *testing.T
	*Cloud
	token string
}

func of(t *testing.T, c *Cloud) client {
	t.Helper()
	token, err := c.Token("someone")
	if err != nil {
		t.Fatal(err)
	}
	return client{t, c, token}
}

func (c client) do(method, url, body string, status int) map[string]any {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if response.StatusCode != status {
		for name, f := range c.functions {
			c.t.Logf("%s wrote:\n%s", name, strings.Join(f.Logs(), "\n"))
		}
		c.t.Fatalf("%s %s: %d %s, want %d", method, url, response.StatusCode, text, status)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out) // not every answer is JSON
	return out
}

func (c client) put(id string)    { c.t.Helper(); c.do("POST", c.API+"/items/"+id, "", 201) }
func (c client) settle()          { c.t.Helper(); c.do("POST", c.Control+"/settle", "", 200) }
func (c client) advance(b string) { c.t.Helper(); c.do("POST", c.Control+"/clock/advance", b, 200) }

// item reads one from the table; nil when there is none.
func (c client) item(key string) map[string]types.AttributeValue {
	c.t.Helper()
	table := c.Output()["Items"]
	out, err := c.clients.dynamodb.GetItem(c.t.Context(), &dynamodb.GetItemInput{
		TableName: &table, Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: key}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out.Item
}

func text(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// From HTTP over the table, its stream and a queue to the last write, everything carries virtual time.
func TestTheWholePath(t *testing.T) {
	c := of(t, system)
	c.advance(`{"by":"P30D"}`)
	virtual := system.Now()
	c.put("one")
	c.settle()
	accepted, done := c.item("ITEM#one"), c.item("DONE#one")
	if text(accepted["by"]) != "someone" {
		t.Errorf("the subject did not reach the function: %v", accepted)
	}
	for what, stamp := range map[string]string{"requestContext.timeEpoch": text(accepted["at"]), "SentTimestamp": text(done["sent"])} {
		var ms int64
		if _, err := fmt.Sscan(stamp, &ms); err != nil {
			t.Fatalf("%s: %q: %v", what, stamp, err)
		}
		if at := time.UnixMilli(ms); at.Before(virtual.Truncate(time.Millisecond)) || at.After(virtual.Add(time.Minute)) {
			t.Errorf("%s is %v, want just after %v", what, at, virtual)
		}
	}
}

func TestAFunctionWithoutAToken(t *testing.T) {
	response, err := http.Post(system.API+"/items/x", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 401 {
		t.Errorf("status %d, want 401", response.StatusCode)
	}
	of(t, system).do("GET", system.API+"/healthz", "", 200)
}

// A poison message ends in the dead-letter queue after maxReceiveCount, its neighbours are served, redrive mends it
// (AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
func TestAPoisonMessage(t *testing.T) {
	c := of(t, system)
	c.put("poison")
	c.put("neighbour")
	c.settle()
	if c.item("DONE#neighbour") == nil || c.item("DONE#poison") != nil {
		t.Fatal("want the neighbour served and the poison not")
	}
	dead := func() []any { return c.do("GET", system.Control+"/queues/Dead/messages", "", 200)["messages"].([]any) }
	for range 2 { // looking changes nothing
		if letters := dead(); len(letters) != 1 || letters[0].(map[string]any)["body"] != "ITEM#poison" {
			t.Fatalf("dead letters = %v", letters)
		}
	}
	c.do("POST", system.Control+"/queues/Work/redrive", "", 409)
	table := system.Output()["Items"]
	if _, err := system.clients.dynamodb.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "CURE"}}}); err != nil {
		t.Fatal(err)
	}
	c.do("POST", system.Control+"/queues/Dead/redrive", "", 200)
	c.settle()
	if c.item("DONE#poison") == nil || len(dead()) != 0 {
		t.Error("redrive did not mend it")
	}
}

// A function killed in the middle of a batch loses nothing: neither before its work was done nor after.
func TestKilledFunctionsLoseNothing(t *testing.T) {
	c := of(t, system)
	for _, name := range []string{"Route", "Handle"} {
		for i, after := range []string{"PT0S", "PT10S"} {
			id := fmt.Sprintf("killed-%s-%d", name, i)
			c.do("POST", system.Control+"/functions/"+name+"/faults", fmt.Sprintf(`{"kind":"crash","times":1,"after":%q}`, after), 200)
			c.put(id)
			c.settle()
			if c.item("DONE#"+id) == nil {
				t.Errorf("%s was lost", id)
			}
		}
	}
}

// A service that throttles or can't be reached shows in the function, and for as long as was asked.
func TestServicesThatRefuse(t *testing.T) {
	c := of(t, system)
	for _, how := range []string{"throttle", "unreachable"} {
		c.do("POST", system.Control+"/faults/"+how, `{"service":"dynamodb","times":1000}`, 200) // more than the SDK's attempts
		c.do("POST", system.API+"/items/refused", "", 503)
		c.do("POST", system.Control+"/faults/"+how, `{"service":"dynamodb","times":0}`, 200)
		c.put("after-" + how)
		c.do("POST", system.Control+"/faults/"+how, `{"service":"sqs","times":1000}`, 200)
		c.put("slow-" + how)
		c.do("POST", system.Control+"/settle", `{"timeout":"PT0.3S"}`, 504)
		c.do("POST", system.Control+"/faults/"+how, `{"service":"sqs","times":0}`, 200)
		c.settle()
		if c.item("DONE#slow-"+how) == nil {
			t.Errorf("%s: the record was lost", how)
		}
	}
	c.do("POST", system.Control+"/faults/throttle", `{"service":"s3","times":1}`, 400)
}

// On the way through time each cron rule fires at each of its times, a rate rule once between two of them, and each
// firing has settled before the next.
func TestTheClockPassesSchedules(t *testing.T) {
	c := of(t, system)
	c.settle()
	fired := func(rule string) []string {
		list, _ := c.item("FIRED#" + rule)["times"].(*types.AttributeValueMemberL)
		if list == nil {
			return nil
		}
		var times []string
		for _, v := range list.Value {
			times = append(times, text(v))
		}
		return times
	}
	// From noon, so that the nights to be passed are known.
	noon := system.Now().Add(36 * time.Hour).Truncate(24 * time.Hour).Add(12 * time.Hour)
	c.advance(fmt.Sprintf(`{"to":%q}`, noon.Format(time.RFC3339)))
	nights, minutes := len(fired("TickNightly")), len(fired("TickMinutely"))
	c.advance(`{"by":"P3D"}`)
	var want []string
	for day := range 3 {
		want = append(want, noon.AddDate(0, 0, day).Format("2006-01-02")+"T16:10:00Z")
	}
	if got := fired("TickNightly")[nights:]; strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("nightly fired at %v, want %v", got, want)
	}
	// Before each night and before the target: four stretches. The minute that real time may have passed adds one.
	if got := fired("TickMinutely")[minutes:]; len(got) < 4 || len(got) > 5 || got[0] != want[0] {
		t.Errorf("the rate rule fired at %v, want once before each night and once before the end", got)
	}
	c.do("POST", system.Control+"/clock/advance", fmt.Sprintf(`{"to":%q}`, noon.Format(time.RFC3339)), 409)
	c.do("POST", system.Control+"/clock/advance", `{"by":"3 days"}`, 400)
}

func TestTheControlPortShowsWhatRuns(t *testing.T) {
	c := of(t, system)
	c.put("shown")
	c.settle()
	for _, f := range c.do("GET", system.Control+"/functions", "", 200)["functions"].([]any) {
		line := f.(map[string]any)
		if line["name"] == "Accept" && (line["invocations"].(float64) < 1 || line["cold_starts"].(float64) < 1) {
			t.Errorf("got %v", line)
		}
	}
	if lines := c.do("GET", system.Control+"/functions/Accept/logs", "", 200)["lines"].([]any); len(lines) == 0 {
		t.Error("no logs")
	}
	c.do("GET", system.Control+"/functions/Nobody/logs", "", 404)
	c.do("GET", system.Control+"/queues/Nobody/messages", "", 404)
	if busy := c.do("GET", system.Control+"/status", "", 200)["busy"]; busy != nil {
		t.Errorf("busy = %v", busy)
	}
}

// A function does what its role grants and nothing else; the control port shows what was used, refused, and never used.
func TestFunctionsAreHeldToTheirRoles(t *testing.T) {
	c := of(t, system)
	c.put("granted")
	c.settle()
	answer := c.do("POST", system.API+"/items/forbidden", "", 403)
	const want = "AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/local-AcceptRole/local-Accept is not authorized to perform: " +
		"dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:000000000000:table/local-Items because no identity-based policy allows the dynamodb:Scan action"
	if got := fmt.Sprint(answer["error"]); !strings.HasSuffix(got, want) {
		t.Errorf("the function was told %s, want %s", got, want)
	}
	accounts := map[string]iam.Account{}
	for _, a := range system.ledger.Accounts() {
		accounts[a.Name] = a
	}
	if a := accounts["Accept"]; len(a.Unused) != 0 || len(a.Refused) != 1 || a.Refused[0].Action != "dynamodb:Scan" {
		t.Errorf("Accept: unused %v, refused %v", a.Unused, a.Refused)
	}
	for name, want := range map[string]int{"test": 0, "nothing": 2} { // the role grants two purposes, the code has one
		var unused []string
		for _, g := range accounts["Handle"].Unused {
			if g.When["kms:EncryptionContext:purpose"] == name {
				unused = append(unused, g.Action)
			}
		}
		if len(unused) != want {
			t.Errorf("Handle, for purpose %s: unused %v, want %d", name, unused, want)
		}
	}
	shown := c.do("GET", system.Control+"/grants", "", 200)["functions"].([]any)
	if len(shown) != len(accounts) || shown[0].(map[string]any)["name"] != "Accept" {
		t.Errorf("the port shows %v", shown)
	}
}

func TestStartsThatCannotBe(t *testing.T) {
	used, err := http.NewRequest("GET", system.API, nil)
	if err != nil {
		t.Fatal(err)
	}
	var port int
	if _, err := fmt.Sscan(used.URL.Port(), &port); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(bad, []byte("Resources: {A: {Type: 'AWS::S3::Bucket'}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile("testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	poor := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(poor, bytes.ReplaceAll(whole, []byte("'sqs:DeleteMessage', "), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]Config{
		fmt.Sprintf("port %d for the API is in use", port):                                          {Template: "testdata/template.yaml", APIPort: port},
		"is in use by process":                                                                      {Template: "testdata/template.yaml", Dir: system.DataDir()},
		"Resources.A.Type: AWS::S3::Bucket is not served":                                           {Template: bad},
		"Resources.Handle.Properties.Events.Work: role HandleRole does not grant sqs:DeleteMessage": {Template: poor},
		"no such file": {Template: "nowhere.yaml"},
	} {
		c, err := Start(t.Context(), config)
		if err == nil {
			c.Stop()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
