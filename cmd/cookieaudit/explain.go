package main

import (
	"errors"

	"cookieaudit/policies/audit"
	"cookieaudit/report"

	"github.com/spf13/cobra"
)

func (a *app) explainCommand() *cobra.Command {
	judge := judgeOptions{failOn: string(audit.High)} // an item's life ends no run
	var every bool
	c := &cobra.Command{
		Use:   "explain EVIDENCE NAME",
		Short: "Tell an item's whole life: every write, who made it, what carried it",
		Long: `Tell the life of each item of that name: every write with who made it, and the requests that carried it.

NAME may hold * and may begin with the kind, as in cookie:_ga_* or localStorage:theme.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			policy, err := judge.load()
			if err != nil {
				return err
			}
			obs, err := openEvidence(args[0])
			if err != nil {
				return err
			}
			ad, err := judge.judge(obs, policy)
			if err != nil {
				return err
			}
			options := a.reportOptions(cmd.Context(), ad, args[0], "")
			options.EveryRequest = every
			err = report.Explain(a.stdout, obs, ad, args[1], options)
			var unknown *report.UnknownItemError
			if errors.As(err, &unknown) {
				return usage(err)
			}
			return err
		},
	}
	c.Flags().BoolVar(&every, "every-request", false, "list every request that carried the item, not the first five of each phase")
	judge.addFlags(c)
	return c
}
