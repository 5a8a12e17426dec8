package main

import (
	"github.com/spf13/cobra"
)

func (a *app) auditCommand() *cobra.Command {
	var judge judgeOptions
	var formats formatOptions
	c := &cobra.Command{
		Use:   "audit EVIDENCE",
		Short: "Judge saved evidence again, without a browser",
		Long: `Judge saved evidence again, without a browser: an evidence folder, a zip of one,
or one of its files. The same program, evidence, policy and flags give the same
audit, byte for byte, as the scan did.

` + exitHelp,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := formats.parse()
			if err != nil {
				return err
			}
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
			if err := a.render(list, ad, a.reportOptions(cmd.Context(), ad, args[0], "")); err != nil {
				return err
			}
			if ad.Summary.Exit != exitOK {
				return &codeError{code: ad.Summary.Exit}
			}
			return nil
		},
	}
	judge.addFlags(c)
	judge.addThreshold(c)
	formats.addFlags(c)
	return c
}
