/** A template or generator that cannot be evaluated here, or that Argo CD would refuse. */
export class TemplateProblem extends Error {}
