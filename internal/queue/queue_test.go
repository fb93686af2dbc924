package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guanxi/internal/crm"
	"guanxi/internal/event"
)

// broker answers SendMessageBatch as SQS does, and refuses what refuse says.
type broker struct {
	batches [][]string // bodies, as they came
	taken   []string
	refuse  func(body string, batch int) (refused, senderFault bool)
}

func (b *broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MessageBody string
		Entries     []struct{ Id, MessageBody string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".SendMessage") {
		b.taken = append(b.taken, in.MessageBody)
		json.NewEncoder(w).Encode(map[string]string{"MessageId": "1"})
		return
	}
	type failed struct {
		Id, Code    string
		SenderFault bool
	}
	type sent struct{ Id, MessageId string }
	var out struct {
		Successful []sent
		Failed     []failed
	}
	var bodies []string
	for _, e := range in.Entries {
		bodies = append(bodies, e.MessageBody)
		if refused, fault := b.refuse(e.MessageBody, len(b.batches)); refused {
			out.Failed = append(out.Failed, failed{e.Id, "InternalError", fault})
			continue
		}
		b.taken = append(b.taken, e.MessageBody)
		out.Successful = append(out.Successful, sent{e.Id, e.Id})
	}
	b.batches = append(b.batches, bodies)
	json.NewEncoder(w).Encode(out)
}

func sender(t *testing.T, b *broker) Sender {
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return New(aws.Config{Region: "local", BaseEndpoint: &server.URL, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	}), RetryMaxAttempts: 1})
}

func wakes(n int) (all []event.Envelope, bodies []string) {
	for i := range n {
		e := event.Envelope{Kind: event.Wake, Customer: crm.NewCustomerID(time.UnixMilli(1)), Cause: fmt.Sprint(i), Trace: "t"}
		body, _ := event.Marshal(e)
		all, bodies = append(all, e), append(bodies, string(body))
	}
	return all, bodies
}

func none(string, int) (bool, bool) { return false, false }

func TestEnvelopesGoInTensAndInOrder(t *testing.T) {
	b := &broker{refuse: none}
	envelopes, bodies := wakes(23)
	if err := sender(t, b).Send(t.Context(), "http://queue", envelopes); err != nil {
		t.Fatal(err)
	}
	if len(b.batches) != 3 || !slices.Equal(b.taken, bodies) {
		t.Errorf("%d batches, taken %v", len(b.batches), b.taken)
	}
}

func TestWhatWasRefusedIsSentAgainAndNothingElse(t *testing.T) {
	envelopes, bodies := wakes(5)
	b := &broker{refuse: func(body string, batch int) (bool, bool) { return batch == 0 && body == bodies[3], false }}
	if err := sender(t, b).Send(t.Context(), "http://queue", envelopes); err != nil {
		t.Fatal(err)
	}
	if len(b.batches) != 2 || !slices.Equal(b.batches[1], bodies[3:4]) {
		t.Errorf("sent %v", b.batches)
	}
}

func TestTheErrorSaysHowManyAreLeft(t *testing.T) {
	envelopes, bodies := wakes(25)
	for name, fault := range map[string]bool{"of its own": false, "of ours": true} {
		b := &broker{refuse: func(body string, _ int) (bool, bool) { return body == bodies[12], fault }}
		err := sender(t, b).Send(t.Context(), "http://queue", envelopes)
		if crm.KindOf(err) != crm.Unavailable || !strings.Contains(err.Error(), "6 of 25 messages not sent") {
			t.Errorf("refused for a fault %s: %v", name, err)
		}
	}
}

func TestAnUnreachableQueueIsUnavailable(t *testing.T) {
	s := New(aws.Config{Region: "local", BaseEndpoint: aws.String("http://127.0.0.1:1"), Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	envelopes, _ := wakes(1)
	if err := s.Send(t.Context(), "http://queue", envelopes); crm.KindOf(err) != crm.Unavailable {
		t.Error(err)
	}
	if err := s.Letter(t.Context(), "http://queue", []byte("x")); crm.KindOf(err) != crm.Unavailable {
		t.Error(err)
	}
}

func TestALetterGoesAsItIs(t *testing.T) {
	b := &broker{refuse: none}
	if err := sender(t, b).Letter(t.Context(), "http://queue", []byte(`{"no":"envelope"}`)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.taken, []string{`{"no":"envelope"}`}) {
		t.Errorf("taken %v", b.taken)
	}
}
