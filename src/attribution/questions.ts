/** The methods that are offered first, by the question that each answers. */
export const QUESTIONS: Readonly<Record<string, string>> = {
  LayerGradCam: 'Where does this layer look?',
  IntegratedGradients: 'Which pixels make up the score?',
  Occlusion: 'What if this were hidden?',
  Saliency: 'Which pixels is the score sensitive to?',
  KernelShap: 'How much does each region add?',
  LRP: 'What does the score trace back to?',
};
