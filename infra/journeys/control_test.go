package journeys_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guanxi/infra/local/backing"
)

// control asks the local cloud's control port; into may be nil.
func (j *journey) control(method, path string, ask, into any) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	var body []byte
	if ask != nil {
		if body, err = json.Marshal(ask); err != nil {
			return err
		}
	}
	a, err := send(method, s.control+path, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("the control port answered %s", a)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(a.body, into)
}

func (j *journey) now() (time.Time, error) {
	var clock struct{ Now time.Time }
	err := j.control(http.MethodGet, "/clock", nil, &clock)
	return clock.Now.In(shanghai()), err
}

func advance(j *journey, a args) error {
	return j.control(http.MethodPost, "/clock/advance", object{"by": a["duration"]}, nil)
}

func advanceTo(j *journey, a args) error {
	at, err := j.date(a["date"])
	if err != nil {
		return err
	}
	return j.control(http.MethodPost, "/clock/advance", object{"to": at}, nil)
}

func settle(j *journey, _ args) error {
	return j.control(http.MethodPost, "/settle", object{"timeout": "PT2M"}, nil)
}

// fault makes the next invocations of a function go wrong, all of them where the line does not say how many.
func fault(kind string) func(*journey, args) error {
	return func(j *journey, a args) error {
		times, err := number(orElse(a["times"], "0"))
		if err != nil {
			return err
		}
		what := object{"kind": kind, "times": times}
		if a["answering"] != "" {
			what["after"] = "PT1H" // or when it answers, if that is sooner
		}
		return j.control(http.MethodPost, "/functions/"+a["function"]+"/faults", what, nil)
	}
}

// trouble makes the functions' next calls to a service fail.
func trouble(how string) func(*journey, args) error {
	return func(j *journey, a args) error {
		times, err := number(a["times"])
		if err != nil {
			return err
		}
		return j.control(http.MethodPost, "/faults/"+how, object{"service": a["service"], "times": times}, nil)
	}
}

func redrive(j *journey, a args) error {
	return j.control(http.MethodPost, "/queues/"+a["queue"]+"/redrive", nil, nil)
}

func expectQueue(j *journey, a args) error {
	var all struct {
		Queues []struct {
			Name                       string
			Visible, InFlight, Delayed int
		}
	}
	if err := j.control(http.MethodGet, "/queues", nil, &all); err != nil {
		return err
	}
	for _, q := range all.Queues {
		if q.Name == a["queue"] {
			return same("messages in "+q.Name, strconv.Itoa(q.Visible), a["number"])
		}
	}
	return fmt.Errorf("there is no queue %s", a["queue"])
}

// sendMessage puts a text into a queue, as anybody with access to it could.
func sendMessage(j *journey, a args) error {
	client, url, err := j.queue(a["queue"])
	if err != nil {
		return err
	}
	text := a["text"]
	_, err = client.SendMessage(j.context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &text})
	return err
}

// discard throws all of a queue's messages away, as a careless operator would.
func discard(j *journey, a args) error {
	client, url, err := j.queue(a["queue"])
	if err != nil {
		return err
	}
	_, err = client.PurgeQueue(j.context(), &sqs.PurgeQueueInput{QueueUrl: &url})
	return err
}

func (j *journey) queue(name string) (*sqs.Client, string, error) {
	s, err := j.running()
	if err != nil {
		return nil, "", err
	}
	client := sqs.New(sqs.Options{Region: backing.Region, BaseEndpoint: &s.sqs, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	full := s.stack + "-" + name
	found, err := client.GetQueueUrl(j.context(), &sqs.GetQueueUrlInput{QueueName: &full})
	if err != nil {
		return nil, "", err
	}
	return client, *found.QueueUrl, nil
}

func orElse(text, byDefault string) string {
	if text == "" {
		return byDefault
	}
	return text
}
