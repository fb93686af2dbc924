// Probe does what its event says, so that a test can see how the host answers.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do    string
	Bytes int
	File  string
}

type answer struct {
	PID       int
	Request   string
	ARN       string
	Function  string
	Remaining time.Duration
	Variable  string
	Shell     string
	Filler    string
}

func main() { lambda.Start(handle) }

func handle(ctx context.Context, e event) (answer, error) {
	switch e.Do {
	case "error":
		return answer{}, errors.New("no such customer")
	case "panic":
		panic("out of its mind")
	case "exit":
		fmt.Println("leaving")
		os.Exit(3)
	case "sleep":
		<-ctx.Done()
		select {}
	case "await": // until the test makes the file, having said that it waits
		_ = os.WriteFile(e.File+".waiting", nil, 0o600)
		for {
			if _, err := os.Stat(e.File); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
	case "write":
		if err := os.WriteFile(e.File, nil, 0o600); err != nil {
			return answer{}, err
		}
	}
	deadline, _ := ctx.Deadline()
	about, _ := lambdacontext.FromContext(ctx)
	return answer{
		PID:       os.Getpid(),
		Request:   about.AwsRequestID,
		ARN:       about.InvokedFunctionArn,
		Function:  os.Getenv("AWS_LAMBDA_FUNCTION_NAME"),
		Remaining: time.Until(deadline),
		Variable:  os.Getenv("VARIABLE"),
		Shell:     os.Getenv("HOME"),
		Filler:    strings.Repeat("x", e.Bytes),
	}, nil
}
