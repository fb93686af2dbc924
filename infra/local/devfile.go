package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"guanxi/infra/local/cloud"
)

// dev is dev.json: what a script needs to know of a running system.
type dev struct {
	API            string            `json:"api"`
	Control        string            `json:"control"`
	DynamoDB       string            `json:"dynamodb"`
	SQS            string            `json:"sqs"`
	Issuer         string            `json:"issuer"`
	Tokens         map[string]string `json:"tokens"`
	WebhookSecrets map[string]string `json:"webhook_secrets"`
}

func describe(c *cloud.Cloud) (dev, error) {
	d := dev{API: c.API, Control: c.Control, DynamoDB: c.DynamoDB, SQS: c.SQS, Issuer: c.Issuer, Tokens: map[string]string{}, WebhookSecrets: map[string]string{}}
	for _, subject := range subjects() {
		token, err := c.Token(subject)
		if err != nil {
			return d, err
		}
		d.Tokens[subject] = token
	}
	return d, nil
}

// write replaces the file as a whole: who waits for it never reads half of it.
func (d dev) write(path string) error { return writeJSON(path, d) }

func writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// writeHeaders writes each token as a header file, so that a command line can say `curl -H @.local/as/manager`.
func writeHeaders(dir string, tokens map[string]string) (remove func(), err error) {
	as := filepath.Join(dir, "as")
	if err := os.MkdirAll(as, 0o700); err != nil {
		return nil, err
	}
	for subject, token := range tokens {
		if err := os.WriteFile(filepath.Join(as, subject), fmt.Appendf(nil, "Authorization: Bearer %s\n", token), 0o600); err != nil {
			return nil, err
		}
	}
	return func() { _ = os.RemoveAll(as) }, nil
}
