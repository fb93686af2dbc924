package store

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
)

// DynamoDB Local runs one transaction after the other, so what AWS says of two
// at once is told here.
func TestWhatAnEqualRequestDoesToATransaction(t *testing.T) {
	cancelled := func(codes ...string) error {
		e := &types.TransactionCanceledException{}
		for _, code := range codes {
			e.CancellationReasons = append(e.CancellationReasons, types.CancellationReason{Code: aws.String(code)})
		}
		return e
	}
	for name, c := range map[string]struct {
		err    error
		detail string
	}{
		"the record is being written":    {cancelled("None", "TransactionConflict"), "an equal request is being answered"},
		"the record is there":            {cancelled("None", "ConditionalCheckFailed"), "an equal request was answered"},
		"so is what it speaks of":        {cancelled("ConditionalCheckFailed", "ConditionalCheckFailed"), "an equal request was answered"},
		"something else is contended":    {cancelled("TransactionConflict", "None"), ""},
		"another condition is lost":      {cancelled("ConditionalCheckFailed", "None"), ""},
		"without reasons":                {cancelled(), ""},
		"not a transaction's, or no one": {nil, ""},
	} {
		got := repeated("test", c.err)
		if c.detail == "" {
			if got != nil {
				t.Errorf("%s: %v", name, got)
			}
			continue
		}
		e, ok := errors.AsType[*crm.Error](got)
		if !ok || e.Kind != crm.Conflict || e.Detail != c.detail || e.RetryAfter <= 0 {
			t.Errorf("%s: %v", name, got)
		}
		if took, err := accepted(got); took || err == nil {
			t.Errorf("%s is taken for an older version: %v, %v", name, took, err)
		}
	}
}
