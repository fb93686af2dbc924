// Servers runs a command while DynamoDB Local and ElasticMQ run, in memory, beside it. Their
// addresses reach the command as DYNAMODB_ENDPOINT and SQS_ENDPOINT:
//
//	go run ./infra/servers go test ./internal/store/...
//
// Servers that these variables already name are used as they are.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"guanxi/infra/local/backing"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(max(exit.ExitCode(), 1))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command []string) error {
	if len(command) == 0 {
		return errors.New("name the command to run, as in: go run ./infra/servers go test ./internal/store")
	}
	jars, err := backing.JarDir()
	if err != nil {
		return err
	}
	config := backing.Config{JarDir: jars, InMemory: true, Progress: func(doing string) { fmt.Fprintln(os.Stderr, doing) }}
	if err := backing.Fetch(ctx, config); err != nil {
		return err
	}
	servers, err := backing.Start(ctx, config)
	if err != nil {
		return err
	}
	defer servers.Stop()

	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	child.Env = append(os.Environ(), "DYNAMODB_ENDPOINT="+servers.DynamoDB, "SQS_ENDPOINT="+servers.SQS)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	return child.Run()
}
