/** Forms of the catalogue of all fluxes, which are also the endings of its name. */
export const FLUX_CATALOGUE_FORMS = ['fits', 'ecsv', 'vot'] as const
export type FluxCatalogueForm = (typeof FLUX_CATALOGUE_FORMS)[number]
